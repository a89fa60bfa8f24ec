-- One row per incident, person and involvement, private incidents included: led for a role of type lead, reported for the
-- reporter role, involved for any role, so that a lead is involved as well.
{{ config(materialized='table') }}

with

role_holders as (
    select * from {{ ref('int_incident_role_holders') }}
)

select distinct
    incident_id,
    person_id,
    'involved' as involvement
from role_holders

union all

select distinct
    incident_id,
    person_id,
    case role_type when 'lead' then 'led' else 'reported' end as involvement
from role_holders
where role_type in ('lead', 'reporter')
