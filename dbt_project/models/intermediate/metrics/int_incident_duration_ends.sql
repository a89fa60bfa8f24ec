-- One row per incident that counts and measured duration that ended at or before the instant of the run, on the local
-- day of its end.
with

incidents as (
    select * from {{ ref('int_incidents') }}
    where is_eligible
)

{% for family in duration_families() %}
select
    incident_id,
    '{{ family.name }}' as duration,
    {{ local_date(family.ended_at) }} as local_date,
    {{ family.name }}_seconds as seconds
from incidents
where {{ family.name }}_seconds is not null and {{ family.ended_at }} <= {{ as_of() }}
{{ 'union all' if not loop.last }}
{% endfor %}
