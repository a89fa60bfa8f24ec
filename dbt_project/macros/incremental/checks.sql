{# Checks look at the rows that this build has made: the others were looked at when they were made. dbt calls this macro for the
   relation that a generic test is attached to; tests written as one query call rows_to_check. #}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where') or '' -%}
    {%- set rows = rows_to_check(relation.identifier) -%}
    {%- set conditions = [where, rows] | reject('in', ['', 'true']) | list -%}
    {%- if conditions -%}
        {%- do return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ') dbt_subquery') -%}
    {%- endif -%}
    {%- do return(relation) -%}
{%- endmacro %}

{# The condition on the rows of a model that this build has made; `true` outside a build, and where the model, or one that it is
   compared with, was made in full. #}
{% macro rows_to_check(name, compared_with=[]) -%}
    {%- if not is_build() -%} {{ return('true') }} {%- endif -%}
    {%- set names = [name] + compared_with -%}
    {%- set node = graph.nodes.get('model.incident_marts.' ~ name) -%}
    {%- set key = node.config.meta.get('build_key') if node else none -%}
    {%- if key is none or key == 'new' -%} {{ return('true') }} {%- endif -%}
    {%- set made_in_part -%}
        select count(*)
        from {{ build_state('models') }} as models
        inner join {{ build_state('this_build') }} as this_build on models.invocation_id = this_build.invocation_id
        where models.model in ({{ text_literals(names) }}) and models.reason_for_full is null
    {%- endset -%}
    {%- if run_query(made_in_part).rows[0][0] < names | length -%} {{ return('true') }} {%- endif -%}
    {{ return(is_one_of(build_keys()[key].columns, changed_keys(key))) }}
{%- endmacro %}
