-- One row per incident: of the lists of teams that the steps found the first that is not empty.
{%- set steps = attribution_steps() %}
{%- set lists = [] %}
{%- for step in steps %}{% do lists.append(step ~ '_team_ids') %}{% endfor %}
{{ incremental_by('incident_id') }}

with

step_teams as (
    select
        incident_id,
    {% for step in steps %}
        {{ list_of('team_id') }} filter (where attribution_step = '{{ step }}' and not is_outranked)
            as {{ step }}_team_ids{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_attribution_candidates') }}
    group by incident_id
)

select
    incident_id,
    {{ distinct_sorted('coalesce(' ~ lists | join(', ') ~ ')') }} as team_ids,
    case
        {% for step in steps %}
            when {{ step }}_team_ids is not null then '{{ step }}'
        {% endfor %}
    end as attribution_step
from step_teams
