-- One row per local day that a changed incident had in the last build: read before the rows that say so are replaced.
{{ config(materialized='table', meta={'rows_of': 'change'}) }}

with

changed_incidents as (
    select incident_key
    from {{ ref('int_changed_incidents') }}
),

{% if goes_on() %}
    {{ days_of_changed_incidents(former('int_incident_dates'), former('int_follow_up_days')) }}
{% else %}
    days as (
        select cast(null as date) as local_date
        from changed_incidents
    )
{% endif %}

select distinct local_date
from days
where local_date is not null
