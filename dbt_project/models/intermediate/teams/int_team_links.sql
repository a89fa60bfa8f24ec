-- One row per incident.io team: the team of ours it is. A row of teams.csv that names it by id, catalog entry id,
-- external id or exact name stands for it, or by a name or external id it had before, where no team answers to that now;
-- with no such row it is a team of its own.
with

incident_io_teams as (
    select * from {{ ref('int_incident_io_teams') }}
),

declared_links as (
    select
        team_id,
        trim(incident_io_team) as written
    from {{ ref('teams') }}
    where nullif(incident_io_team, '') is not null
),

declared_teams as (
    select team_id from {{ ref('int_declared_teams') }}
),

names_seen as (
    select
        incident_io_team_id,
        team_name as name_seen
    from {{ ref('team_names_seen') }}
    where {{ is_kept_observation() }}

    union distinct

    select
        incident_io_team_id,
        external_id as name_seen
    from {{ ref('team_names_seen') }}
    where {{ is_kept_observation() }}
),

-- One equality join per way of naming, because a join on alternatives compares every pair.
named_now as (
    {% for own_column in ['incident_io_team_id', 'catalog_entry_id', 'external_id', 'team_name'] %}
        select
            incident_io_teams.incident_io_team_id,
            declared_links.team_id,
            declared_links.written
        from incident_io_teams
        inner join declared_links on trim(incident_io_teams.{{ own_column }}) = declared_links.written
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

answered_links as (
    select distinct written from named_now
),

claims as (
    select
        incident_io_team_id,
        team_id,
        1 as preference
    from named_now

    union all

    select
        incident_io_teams.incident_io_team_id,
        declared_teams.team_id,
        1 as preference
    from incident_io_teams
    inner join declared_teams on incident_io_teams.incident_io_team_id = declared_teams.team_id

    union all

    select
        names_seen.incident_io_team_id,
        declared_links.team_id,
        2 as preference
    from declared_links
    inner join names_seen on declared_links.written = trim(names_seen.name_seen)
    left join answered_links on declared_links.written = answered_links.written
    where answered_links.written is null
),

-- The validation of the seeds refuses two rows for one team; the smallest id only keeps the result defined.
ranked as (
    select
        incident_io_team_id,
        team_id,
        row_number() over (partition by incident_io_team_id order by preference, team_id) as choice
    from claims
)

select
    incident_io_teams.incident_io_team_id,
    incident_io_teams.catalog_entry_id,
    incident_io_teams.team_name,
    incident_io_teams.ended_at,
    coalesce(ranked.team_id, incident_io_teams.incident_io_team_id) as team_id,
    ranked.team_id is not null as is_declared
from incident_io_teams
left join ranked on incident_io_teams.incident_io_team_id = ranked.incident_io_team_id and ranked.choice = 1
