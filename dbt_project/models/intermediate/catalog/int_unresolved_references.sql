-- One row per reference that leads nowhere, entry that holds it and service that it keeps from its team; no service where none
-- is. References of entries that have ended are left out, and parents of teams that teams.csv places itself.
{%- set path = service_owner_path() %}
with

unanswered as (
    select catalog_references.*
    from {{ ref('int_catalog_references') }} as catalog_references
    inner join {{ ref('stg_incident_io__catalog_entries') }} as holders
        on catalog_references.catalog_entry_id = holders.catalog_entry_id
    where
        catalog_references.target_entry_id is null
        and holders.archived_at is null
        and holders.deleted_at is null
),

team_links as (
    select * from {{ ref('int_team_links') }}
),

account_parents as (
    select * from {{ ref('int_team_account_parents') }}
    where is_in_circle
),

{% if path | length == 2 %}
    components as (
        select
            catalog_entry_id as service_id,
            target_entry_id as component_id
        from {{ ref('int_catalog_references') }}
        where purpose = 'service_component' and target_entry_id is not null
    ),

    of_services as (
        select
            unanswered.*,
            components.service_id
        from unanswered
        left join components on unanswered.catalog_entry_id = components.component_id
        where unanswered.purpose = 'service_owner'

        union all

        select
            *,
            catalog_entry_id as service_id
        from unanswered
        where purpose = 'service_component'
    ),
{% else %}
    of_services as (
        select
            *,
            catalog_entry_id as service_id
        from unanswered
        where purpose = 'service_owner'
    ),
{% endif %}

unknown as (
    select * from of_services

    union all

    select
        unanswered.*,
        cast(null as {{ dbt.type_string() }}) as service_id
    from unanswered
    inner join team_links on unanswered.catalog_entry_id = team_links.catalog_entry_id and not team_links.is_declared
    where unanswered.purpose = 'team_parent'
)

select
    purpose as reference_kind,
    catalog_type_name as catalog_type,
    attribute_name as attribute,
    reference,
    'unknown' as problem,
    catalog_entry_id,
    service_id
from unknown

union all

select
    'team_parent' as reference_kind,
    catalog_type_name as catalog_type,
    attribute_name as attribute,
    reference,
    'circle' as problem,
    catalog_entry_id,
    cast(null as {{ dbt.type_string() }}) as service_id
from account_parents
