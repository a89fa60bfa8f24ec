-- One row per incident update that records a status: the status class entered, the class before it and how long
-- the entry lasted. Entries are ordered by time, then id; the last one has no end.
{{ incremental_by('incident_key') }}

with

incident_updates as (
    select
        incident_id,
        incident_update_id,
        status_id,
        status_category as recorded_status_category,
        created_at
    from {{ ref('stg_incident_io__incident_updates') }}
),

incident_keys as (
    select * from {{ ref('int_incident_keys') }}
),

statuses as (
    select
        status_id,
        status_category
    from {{ ref('stg_incident_io__incident_statuses') }}
),

categorised as (
    select
        incident_keys.incident_key,
        incident_updates.incident_update_id,
        incident_updates.created_at as entered_at,
        coalesce(statuses.status_category, incident_updates.recorded_status_category) as status_category
    from incident_updates
    inner join incident_keys on incident_updates.incident_id = incident_keys.incident_id
    left join statuses on incident_updates.status_id = statuses.status_id
),

-- An update without a status says nothing about the status, so it neither ends an entry nor hides a reopen.
classified as (
    select
        *,
        {{ status_class('status_category') }} as status_class
    from categorised
    where status_category is not null
),

sequenced as (
    select
        *,
        row_number() over history as entry_number,
        lag(status_class) over history as previous_status_class,
        lead(entered_at) over history as left_at
    from classified
    window history as (partition by incident_key order by entered_at, incident_update_id)
)

select
    incident_key,
    entry_number,
    entered_at,
    left_at,
    status_category,
    status_class,
    status_class = 'open' and coalesce(previous_status_class = 'resolved', false) as is_reopen
from sequenced
