-- One row per grain and period of the last build: read before the periods are made again.
{{ config(materialized='table', meta={'rows_of': 'change'}) }}

{% if goes_on() %}
    select
        period_key,
        grain,
        period_start,
        is_complete
    from {{ former('int_periods') }}
{% else %}
    select
        cast(null as integer) as period_key,
        cast(null as {{ dbt.type_string() }}) as grain,
        cast(null as date) as period_start,
        cast(null as boolean) as is_complete
    from (select 1 as place) as nothing
    where nothing.place = 0
{% endif %}
