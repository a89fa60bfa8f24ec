-- One row per incident.io team: the team of ours it is. A row of teams.csv that names it by id, catalog entry id,
-- external id or exact name stands for it; with no such row it is a team of its own.
with

incident_io_teams as (
    select * from {{ ref('int_incident_io_teams') }}
),

declared_teams as (
    select * from {{ ref('int_declared_teams') }}
),

-- One equality join per way of naming, because a join on alternatives compares every pair.
named_by_row as (
    {% for own_column, seed_column in [
        ('incident_io_team_id', 'incident_io_team'),
        ('catalog_entry_id', 'incident_io_team'),
        ('external_id', 'incident_io_team'),
        ('team_name', 'incident_io_team'),
        ('incident_io_team_id', 'team_id'),
    ] %}
        select
            incident_io_teams.incident_io_team_id,
            declared_teams.team_id
        from incident_io_teams
        inner join declared_teams
            on trim(incident_io_teams.{{ own_column }}) = trim(declared_teams.{{ seed_column }})
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- The validation of the seeds refuses two rows for one team; the smallest id only keeps the result defined.
standing_for as (
    select
        incident_io_team_id,
        min(team_id) as team_id
    from named_by_row
    group by incident_io_team_id
)

select
    incident_io_teams.incident_io_team_id,
    incident_io_teams.catalog_entry_id,
    incident_io_teams.team_name,
    coalesce(standing_for.team_id, incident_io_teams.incident_io_team_id) as team_id,
    standing_for.team_id is not null as is_declared
from incident_io_teams
left join standing_for on incident_io_teams.incident_io_team_id = standing_for.incident_io_team_id
