-- A failing row is a parent team named in the catalog that does not exist or lies below the team itself. The team hangs
-- under the root until the catalog is repaired or teams.csv gives it a parent.
{{ config(severity='warn') }}

select
    catalog_type,
    attribute,
    reference,
    problem,
    count_entries
from {{ ref('rpt_unresolved_references') }}
where reference_kind = 'team_parent'
