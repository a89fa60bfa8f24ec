{#
    Models whose rows belong to an incident, a day, a period or a window each, and that a build computes only for those that
    changed. `incremental_by('incident_id')` at the head of a model says so; see docs/decisions/0007.
#}

{# Keys that a model can be built by: the columns that carry it, and the model and its columns that list the changed ones. #}
{% macro build_keys() -%}
    {{ return({
        'incident_id': {'columns': ['incident_id'], 'model': 'int_changed_incidents', 'changed': ['incident_id']},
        'incident_key': {'columns': ['incident_key'], 'model': 'int_changed_incidents', 'changed': ['incident_key']},
        'incident_block': {
            'columns': ['incident_block'], 'model': 'int_changed_incidents', 'changed': [incident_block('incident_key')]
        },
        'local_date': {'columns': ['local_date'], 'model': 'int_changed_days', 'changed': ['local_date']},
        'period_key': {'columns': ['period_key'], 'model': 'int_changed_periods', 'changed': ['period_key']},
        'period': {
            'columns': ['grain', 'period_start'], 'model': 'int_changed_periods', 'changed': ['grain', 'period_start']
        },
        'window': {'columns': ['period_start'], 'model': 'int_changed_windows', 'changed': ['period_start']},
    }) }}
{%- endmacro %}

{# Blocks of incidents, for counts over all of them of which a build makes only those of the blocks with changed incidents anew. #}
{% macro incident_block(incident_key) -%}
    {{ incident_key }} // 8192
{%- endmacro %}

{% macro incremental_by(key) -%}
    {{ config(materialized='incremental_by_key', meta={'build_key': key}) }}
    {{- built_after(build_keys()[key].model) -}}
{%- endmacro %}

{# Has a model built after another one that its statement does not name. Said while parsing only: a unit test would have to give
   rows of it. #}
{% macro built_after(name) -%}
    {%- if not execute -%} {%- do ref(name) -%} {%- endif -%}
{%- endmacro %}

{# A model that gives numbers to incidents, scopes or the like, counted in column `number` from 1: a build adds those that it does
   not hold yet, and a number once given stays. Its statement says where with `only_new`. #}
{% macro append_only(number) -%}
    {{ config(materialized='incremental_by_key', meta={'build_key': 'new', 'number': number}) }}
{%- endmacro %}

{# A condition of a model that a build by key turns into "is one of the changed", where the engine does not find its own way from
   the rows that are asked for to those that must be read. #}
{% macro only_changed(key, expression) -%}
    true /* only changed {{ key }}: {{ expression }} */
{%- endmacro %}

{# The same for append_only: a condition that turns into "the model holds no row with these values of the relation's columns". #}
{% macro only_new(relation, columns) -%}
    true /* only new: {{ relation }} {{ columns | join(', ') }} */
{%- endmacro %}

{# The changed values of a key as a list of literals, which the engine pushes down through joins, groups and windows to the rows it
   has to read; none where they are too many to be worth it. #}
{% macro changed_keys(key) -%}
    {%- set most = 5000 -%}
    {%- set rule = build_keys()[key] -%}
    {%- set listed = run_query(
        'select distinct ' ~ rule.changed | join(', ') ~ ' from ' ~ former(rule.model)
        ~ ' where ' ~ rule.changed[0] ~ ' is not null order by all limit ' ~ (most + 1)
    ).rows -%}
    {{ return(none if listed | length > most else listed) }}
{%- endmacro %}

{# Whether one or two columns hold one of the keys, each a list of as many values, in order. The range says nothing that the list
   does not; but the engine hands a range on to every table that is joined by the key, a list to the first one alone. What changed
   is mostly new and lies together, so that the rest of those tables is not read. #}
{% macro is_one_of(expressions, keys) -%}
    {%- if expressions | length == 2 -%}
        {#- Alternatives of one column each are several times cheaper to look for than pairs. -#}
        {%- set alternatives = [] -%}
        {%- for first, pairs in keys | groupby(0) -%}
            {%- set seconds = [] -%}
            {%- for pair in pairs -%} {%- do seconds.append([pair[1]]) -%} {%- endfor -%}
            {%- do alternatives.append(
                is_one_of([expressions[0]], [[first]]) ~ ' and ' ~ is_one_of([expressions[1]], seconds)
            ) -%}
        {%- endfor -%}
        {{ return('(' ~ alternatives | join(' or ') ~ ')' if alternatives else 'false') }}
    {%- endif -%}
    {%- set literals = [] -%}
    {%- for (key,) in keys -%}
        {%- do literals.append(key | string if key is number else text_literals([key]) | trim) -%}
    {%- endfor -%}
    {%- if not literals -%} {{ return('false') }} {%- endif -%}
    {{ return(
        '(' ~ expressions[0] ~ ' between ' ~ literals[0] ~ ' and ' ~ literals[-1]
        ~ ' and ' ~ expressions[0] ~ ' in (' ~ literals | join(', ') ~ '))'
    ) }}
{%- endmacro %}
