-- One row per local day whose counts can differ from those of the last build: a changed incident has, or had, one of its days on it.
{{ config(materialized='table', meta={'rows_of': 'change'}) }}

with

changed_incidents as (
    select incident_key
    from {{ ref('int_changed_incidents') }}
),

incident_dates as (
    select * from {{ ref('int_incident_dates') }}
),

follow_up_days as (
    select * from {{ ref('int_follow_up_days') }}
),

days as (
    select local_date
    from {{ ref('int_former_days') }}

    union distinct

    select unnest([{{ incident_date_columns() | join(', ') }}]) as local_date
    from incident_dates
    where incident_key in (select changed_incidents.incident_key from changed_incidents)

    union distinct

    select created_date as local_date
    from follow_up_days
    where incident_key in (select changed_incidents.incident_key from changed_incidents)
)

select local_date
from days
where local_date is not null
