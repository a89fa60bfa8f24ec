-- One row per reference that leads nowhere and place where it stands: what to repair in the catalog, busiest first.
select
    reference_kind,
    catalog_type,
    attribute,
    reference,
    problem,
    count(distinct catalog_entry_id) as count_entries,
    count(distinct incident_id) as count_incidents
from {{ ref('int_unresolved_references') }}
group by reference_kind, catalog_type, attribute, reference, problem
order by
    count_incidents desc,
    count_entries desc,
    reference_kind asc,
    catalog_type asc,
    attribute asc,
    reference asc,
    problem asc
