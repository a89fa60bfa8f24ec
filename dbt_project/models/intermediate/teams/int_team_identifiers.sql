-- One row per identifier by which incident.io may name a team (id of the team or of its catalog entry): the team of ours.
with

team_links as (
    select * from {{ ref('int_team_links') }}
),

identifiers as (
    select
        incident_io_team_id as identifier,
        'team_id' as matched_by,
        1 as preference,
        team_id
    from team_links

    union all

    select
        catalog_entry_id as identifier,
        'catalog_entry_id' as matched_by,
        2 as preference,
        team_id
    from team_links
    where catalog_entry_id is not null
),

ranked as (
    select
        *,
        row_number() over (partition by identifier order by preference, team_id) as choice
    from identifiers
)

select
    identifier,
    matched_by,
    team_id
from ranked
where choice = 1
