-- One row per service that the catalog lists now, with its owners as this run sees them. Snapshot service_owners_seen
-- keeps what changes. A service that the catalog no longer lists has no row, so that its last owner stays, and so does
-- every owner when the catalog cannot be read.
select
    service_id,
    owner_path,
    {{ as_of() }} as observed_at,
    team_entry_ids,
    owners
from {{ ref('int_service_current_owners') }}
where {{ is_latest_run() }}
