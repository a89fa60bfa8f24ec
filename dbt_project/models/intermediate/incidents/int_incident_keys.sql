-- One row per incident: a small number that stands for it, so that millions of memberships need not carry texts. It outlives the
-- build, and is published nowhere.
{{ append_only('incident_key') }}

with

incidents as (
    select incident_id
    from {{ ref('stg_incident_io__incidents') }}
)

select
    incident_id,
    cast(row_number() over (order by incident_id) as integer) as incident_key
from incidents
where {{ only_new('incidents', ['incident_id']) }}
