-- One row per team and name or id by which a person or incident.io may call it: what values of custom fields can be compared
-- with to find the team they mean.
with

teams as (
    select * from {{ ref('dim_teams') }}
),

incident_io_teams as (
    select * from {{ ref('int_incident_io_teams') }}
),

team_entries as (
    select * from {{ ref('int_team_catalog_entries') }}
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
),

names_seen as (
    {% for column in ['team_name', 'external_id'] %}
        select
            incident_io_team_id,
            {{ column }} as name
        from {{ ref('team_names_seen') }}
        where {{ is_kept_observation() }}
        {% if not loop.last %}union distinct{% endif %}
    {% endfor %}
),

former_names as (
    select
        names_seen.incident_io_team_id,
        names_seen.name
    from names_seen
    inner join incident_io_teams on names_seen.incident_io_team_id = incident_io_teams.incident_io_team_id
    where
        names_seen.name is distinct from incident_io_teams.team_name
        and names_seen.name is distinct from incident_io_teams.external_id
),

names as (
    select
        team_id,
        'team_name' as name_kind,
        team_name as name
    from teams

    union all

    {% for name_kind, column in [
        ('incident_io_team_id', 'incident_io_team_id'),
        ('catalog_entry_id', 'catalog_entry_id'),
        ('external_id', 'external_id'),
        ('incident_io_name', 'team_name'),
    ] %}
        select
            team_identifiers.team_id,
            '{{ name_kind }}' as name_kind,
            incident_io_teams.{{ column }} as name
        from incident_io_teams
        inner join team_identifiers on incident_io_teams.incident_io_team_id = team_identifiers.identifier
        union all
    {% endfor %}

    select
        team_identifiers.team_id,
        'former_name' as name_kind,
        former_names.name
    from former_names
    inner join team_identifiers on former_names.incident_io_team_id = team_identifiers.identifier

    union all

    select
        team_identifiers.team_id,
        'alias' as name_kind,
        unnest(team_entries.aliases) as name
    from team_entries
    inner join team_identifiers on team_entries.catalog_entry_id = team_identifiers.identifier
)

select distinct
    names.team_id,
    names.name_kind,
    names.name,
    {{ fold_text('names.name') }} as name_key
from names
inner join teams on names.team_id = teams.team_id
where names.name is not null
order by names.team_id, names.name_kind, names.name
