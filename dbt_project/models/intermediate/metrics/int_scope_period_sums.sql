-- One row per grain, period and scope in which anything happened in it: the counts of its days, added up. Periods before the spine
-- have rows too, because what is open is counted on from them.
{{ incremental_by('period') }}

with

scope_days as (
    select * from {{ ref('int_scope_days') }}
)

{% for grain in grains() %}
    select
        '{{ grain }}' as grain,
        scope_key,
        {{ period_start('local_date', "'" ~ grain ~ "'") }} as period_start,
        {% for part in counts_of_a_day() %}
            sum({{ part }}) as {{ part }},
        {% endfor %}
        sum(weight_occurred) as weight_occurred,
        {% for part in workload_parts() %}
            sum(minutes_{{ part }}) as minutes_{{ part }},
        {% endfor %}
        sum(count_occurred - count_ended) as count_open_change
    from scope_days
    group by all
    {{ 'union all' if not loop.last }}
{% endfor %}
