-- One row per scope, value of a dimension and period in which an incident with it occurred: how many did.
{{ incremental_by('period_key') }}

with

members as (
    select * from {{ ref('int_dimension_members') }}
),

occurred as (
    select
        members.scope_key,
        members.dimension_key,
    {% for grain in grains() %}
        days.{{ grain }}_key{{ ',' if not loop.last }}
    {% endfor %}
    from members
    inner join {{ ref('int_period_days') }} as days on members.occurred_date = days.local_date
)

{% for grain in grains() %}
    select
        scope_key,
        dimension_key,
        {{ grain }}_key as period_key,
        count(*) as count_occurred
    from occurred
    where {{ grain }}_key is not null
    group by scope_key, dimension_key, {{ grain }}_key
    {{ 'union all' if not loop.last }}
{% endfor %}
