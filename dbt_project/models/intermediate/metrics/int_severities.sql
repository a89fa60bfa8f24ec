-- One row per severity that any incident that counts has: a small number that stands for it inside one build. Severities count by
-- rank and name and not by id: one that was deleted and made anew is the same one to a reader.
{{ config(materialized='table') }}

with

severities as (
    select distinct
        severity_rank,
        {{ published_severity('severity_name') }} as severity_name
    from {{ ref('int_incidents') }}
    where is_eligible
)

select
    cast(row_number() over (order by severity_rank, severity_name) as integer) as severity_number,
    severity_rank,
    severity_name
from severities
