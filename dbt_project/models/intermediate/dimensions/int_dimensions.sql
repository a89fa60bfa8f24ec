-- One row per custom field that is a dimension and value of it on an incident that counts, with the text that is published of it.
-- dimension_key is a small number that stands for field and published text inside one build. Only values chosen from a list make
-- a dimension; texts, links and numbers are as good as unique. Without the variable dimension_fields a field with more values than
-- dimension_max_values is none: a list of services or teams with hundreds of entries would outweigh all other metrics, and teams
-- are scopes already.
{{ config(materialized='table') }}
{%- set fields = var('dimension_fields') %}
with

found as (
    select distinct
        custom_field_id,
        custom_field_name,
        field_value
    from {{ ref('int_listed_field_values') }}
),

personal_texts as (
    select * from {{ ref('int_personal_texts') }}
),

measured as (
    select
        found.*,
        {{ listed_text('found.field_value') }} as published_value,
        count(*) over (partition by found.custom_field_id) as count_values
    from found
    left join personal_texts on {{ personal_text_key('found.field_value') }} = personal_texts.text_key
)

select
    cast(dense_rank() over (order by custom_field_id, published_value) as integer) as dimension_key,
    custom_field_id,
    custom_field_name,
    field_value,
    published_value
from measured
where
    {% if fields is none %}
        count_values <= {{ var('dimension_max_values') }}
    {% else %}
        custom_field_id in ({{ text_literals(fields + ['']) }})
        or {{ fold_text('custom_field_name') }} in (
            {% for field in fields + [''] %}
                {{ fold_text(text_literals([field]) | trim) }}{{ ',' if not loop.last }}
            {% endfor %}
        )
    {% endif %}
