{#
    incremental_by_key: a table of which a build replaces the rows of the changed keys (incremental_by) or adds those of new keys
    (append_only). The statement of the model is the one of a build in full; around it goes "where the key is one of these", so
    that there is one statement for both. It is built in full, as dbt builds a table, whenever full_build_reasons.sql says so.
#}
{% materialization incremental_by_key, adapter='duckdb' %}
    {%- set build_key = model.config.meta.build_key -%}
    {%- set inputs = {'keyed': [], 'contents': [], 'views': []} if build_key == 'new' else inputs_of(model) -%}
    {%- set statement_text = statement_of(compiled_code) -%}
    {%- set contents = contents_of(inputs.contents, inputs.views) -%}
    {%- set reason = reason_for_full_build(statement_text, inputs.keyed, contents) -%}
    {%- set keys = [] if reason or build_key == 'new' else changed_keys(build_key) -%}
    {%- if keys is none -%} {%- set reason = 'too much has changed' -%} {%- endif -%}

    {%- if reason -%}
        {%- set built = materialization_table_duckdb() -%}
        {%- do remember_model(statement_text, contents, reason) -%}
        {{ adapter.commit() }}
        {{ return(built) }}
    {%- endif -%}

    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if build_key == 'new' -%}
        {%- set change = sql_to_append(target_relation, compiled_code) -%}
    {%- else -%}
        {%- set change = sql_to_replace(target_relation, compiled_code, build_key, keys) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ change }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do remember_model(statement_text, contents, none) -%}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# The rows that the model does not hold yet, numbered on from the highest number it has given. #}
{% macro sql_to_append(relation, compiled) -%}
    {%- set number = model.config.meta.number -%}
    {%- set marked = modules.re.compile('true /\\* only new: (\\w+) (.*?) \\*/') -%}
    {%- set only = namespace(sql=compiled) -%}
    {%- for name, listed in marked.findall(compiled) -%}
        {%- set same = [] -%}
        {%- for column in listed.split(', ') -%} {%- do same.append('held.' ~ column ~ ' = ' ~ name ~ '.' ~ column) -%} {%- endfor -%}
        {%- set condition = 'not exists (select 1 from ' ~ relation ~ ' as held where ' ~ same | join(' and ') ~ ')' -%}
        {%- set only.sql = only.sql.replace('true /* only new: ' ~ name ~ ' ' ~ listed ~ ' */', condition) -%}
    {%- endfor -%}
insert into {{ relation }} by name
select new_rows.* replace (new_rows.{{ number }} + held.highest as {{ number }})
from (
    {{ only.sql }}
) as new_rows
cross join (select coalesce(max({{ number }}), 0) as highest from {{ relation }}) as held
{%- endmacro %}

{# The rows of the changed keys out, and in again as the statement makes them now. #}
{% macro sql_to_replace(relation, compiled, build_key, keys) -%}
    {%- if not keys -%} {{ return('select 1') }} {%- endif -%}
    {%- set changed = is_one_of(build_keys()[build_key].columns, keys) -%}
    {%- set marked = modules.re.compile('true /\\* only changed (\\w+): (.*?) \\*/') -%}
    {%- set narrowed = namespace(sql=compiled) -%}
    {%- for key, expression in marked.findall(compiled) | unique -%}
        {%- set condition = is_one_of(expression.split(', '), changed_keys(key)) -%}
        {%- set narrowed.sql = narrowed.sql.replace('true /* only changed ' ~ key ~ ': ' ~ expression ~ ' */', condition) -%}
    {%- endfor -%}
delete from {{ relation }}
where {{ changed }};
insert into {{ relation }} by name
select *
from (
    {{ narrowed.sql }}
) as changed_rows
where {{ changed }}
{%- endmacro %}

{% macro remember_model(statement_text, contents, reason) -%}
    {%- set because = 'null' if reason is none else text_literals([reason]) -%}
    {%- call statement('remember_model') -%}
        delete from {{ build_state('models') }} where model = '{{ model.name }}';
        insert into {{ build_state('models') }} by name
        select
            '{{ model.name }}' as model,
            '{{ invocation_id }}' as invocation_id,
            '{{ statement_text }}' as statement,
            {{ text_literals([contents]) }} as inputs,
            {{ because }} as reason_for_full
    {%- endcall -%}
{%- endmacro %}
