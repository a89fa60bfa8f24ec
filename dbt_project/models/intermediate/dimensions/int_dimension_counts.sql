-- One row per scope, value of a dimension and period in which an incident with it occurred: how many did.
{{ incremental_by('period_key') }}

{% for grain in grains() %}
    select
        members.scope_key,
        members.dimension_key,
        days.{{ grain }}_key as period_key,
        count(*) as count_occurred
    from {{ ref('int_dimension_members') }} as members
    inner join {{ ref('int_period_days') }} as days on members.occurred_date = days.local_date
    where days.{{ grain }}_key is not null
    group by members.scope_key, members.dimension_key, days.{{ grain }}_key
    {{ 'union all' if not loop.last }}
{% endfor %}
