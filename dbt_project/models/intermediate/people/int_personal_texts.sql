-- One row per folded text that is the name or e-mail address of a person, where pii_mode hides them; none otherwise. Custom
-- fields can list people, as options or as entries of a catalog of users.
{{ config(materialized='table') }}

with

people as (
    select * from {{ ref('int_people') }}
),

catalog_types as (
    select * from {{ ref('stg_incident_io__catalog_types') }}
    where type_name in ('User', 'SlackUser') or {{ list_has_any_text('categories', ['user']) }}
),

catalog_entries as (
    select * from {{ ref('stg_incident_io__catalog_entries') }}
),

texts as (
    select person_name as personal_text
    from people

    union all

    select email as personal_text
    from people

    union all

    select catalog_entries.catalog_entry_name as personal_text
    from catalog_entries
    inner join catalog_types on catalog_entries.catalog_type_id = catalog_types.catalog_type_id
)

select distinct {{ fold_text('personal_text') }} as text_key
from texts
where {{ is_pii_hashed() }} and {{ fold_text('personal_text') }} <> ''
