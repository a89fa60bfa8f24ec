-- One row per local day that lies in a period: which period of each grain it belongs to, for models that carry millions of days.
-- A day can lie in the period of one grain alone, at either end of the span.
{{ config(materialized='table', meta={'rows_of': 'period'}) }}

with

periods as (
    select * from {{ ref('int_periods') }}
),

days as (
    select
        period_key,
        grain,
        cast(unnest(generate_series(period_start, period_end - 1, to_days(1))) as date) as local_date
    from periods
)

select
    local_date,
{% for grain in grains() %}
    max(case when grain = '{{ grain }}' then period_key end) as {{ grain }}_key{{ ',' if not loop.last }}
{% endfor %}
from days
group by local_date
