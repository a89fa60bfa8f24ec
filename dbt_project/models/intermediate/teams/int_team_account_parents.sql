-- One row per team that has no row in teams.csv and for which the team catalog names a known team above it: the first
-- attribute of the variable team_parent_attribute whose value is found. Teams that would be their own ancestors form a
-- circle.
with recursive

catalog_references as (
    select * from {{ ref('int_catalog_references') }}
    where purpose = 'team_parent' and target_entry_id is not null
),

team_links as (
    select * from {{ ref('int_team_links') }}
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by catalog_entry_id
            order by parent_place, attribute_id, place_in_value, target_entry_id
        ) as choice
    from catalog_references
),

named_parents as (
    select
        team_links.team_id,
        team_identifiers.team_id as parent_team_id,
        ranked.catalog_entry_id,
        ranked.catalog_type_name,
        ranked.attribute_name,
        ranked.reference
    from ranked
    inner join team_links on ranked.catalog_entry_id = team_links.catalog_entry_id and not team_links.is_declared
    inner join team_identifiers on ranked.target_entry_id = team_identifiers.identifier
    where ranked.choice = 1
),

-- Set semantics (`union`) end the walk on a circle.
ancestry as (
    select
        team_id,
        parent_team_id as ancestor_team_id
    from named_parents

    union

    select
        ancestry.team_id,
        named_parents.parent_team_id as ancestor_team_id
    from ancestry
    inner join named_parents on ancestry.ancestor_team_id = named_parents.team_id
),

circles as (
    select team_id
    from ancestry
    where team_id = ancestor_team_id
)

select
    named_parents.*,
    circles.team_id is not null as is_in_circle
from named_parents
left join circles on named_parents.team_id = circles.team_id
