-- One row per incident that can differ from what the last build made of it: something of it was loaded since, or an instant of it
-- lay after the instant of that build. Empty where nothing is left to go on from; everything is built in full then.
{{ config(materialized='table', meta={'rows_of': 'change'}) }}

with

incidents as (
    select
        incident_id,
        load_id
    from {{ ref('stg_incident_io__incidents') }}
),

incident_updates as (
    select
        incident_id,
        load_id
    from {{ ref('stg_incident_io__incident_updates') }}
),

follow_ups as (
    select
        incident_id,
        follow_up_id,
        created_at,
        load_id
    from {{ ref('stg_incident_io__follow_ups') }}
),

participants as (
    select
        incident_id,
        load_id
    from {{ ref('stg_incident_io__incident_participants') }}
),

incident_keys as (
    select * from {{ ref('int_incident_keys') }}
),

changed as (
    select incident_id
    from incidents
    where {{ is_newly_loaded('load_id') }}

    union distinct

    select incident_id
    from incident_updates
    where {{ is_newly_loaded('load_id') }}

    union distinct

    select incident_id
    from follow_ups
    where {{ is_newly_loaded('load_id') }} or {{ is_after_last_build('created_at') }}

    union distinct

    select incident_id
    from participants
    where {{ is_newly_loaded('load_id') }}
    {% if goes_on() %}

        union distinct

        -- A follow-up that moved to another incident has also left one; an update belongs to its incident for good.
        select incident_id
        from {{ former('fct_follow_ups', 'marts') }}
        where follow_up_id in (
            select follow_up_id
            from follow_ups
            where {{ is_newly_loaded('load_id') }}
        )

        union distinct

        select incident_id
        from {{ former('int_incidents') }}
        where {{ is_after_last_build('greatest(occurred_at, acknowledged_at, mitigated_at, resolved_at)') }}
    {% endif %}
)

select
    changed.incident_id,
    incident_keys.incident_key
from changed
left join incident_keys on changed.incident_id = incident_keys.incident_id
