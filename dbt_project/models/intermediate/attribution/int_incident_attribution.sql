-- One row per incident: the list of teams that each step found, and the first list that is not empty.
{%- set steps = attribution_steps() %}
{{ incremental_by('incident_id') }}

with

step_teams as (
    select
        incident_id,
    {% for step in steps %}
        {{ distinct_list('team_id', "attribution_step = '" ~ step ~ "' and not is_outranked") }}
            as {{ step }}_team_ids{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_attribution_candidates') }}
    group by incident_id
)

select
    incident_id,
    coalesce(
        {% for step in steps %}
            {{ step }}_team_ids{{ ',' if not loop.last }}
        {% endfor %}
    ) as team_ids,
    case
        {% for step in steps %}
            when {{ step }}_team_ids is not null then '{{ step }}'
        {% endfor %}
    end as attribution_step
from step_teams
