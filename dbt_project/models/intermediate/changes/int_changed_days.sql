-- One row per local day whose counts can differ from those of the last build: a changed incident has, or had, one of its days on it.
{{ config(materialized='table', meta={'rows_of': 'change'}) }}

with

changed_incidents as (
    select incident_key
    from {{ ref('int_changed_incidents') }}
),

{{ days_of_changed_incidents(ref('int_incident_dates'), ref('int_follow_up_days')) }}

select local_date
from {{ ref('int_former_days') }}

union distinct

select local_date
from days
where local_date is not null
