-- One row per scope and roll-up that statistics of durations are published for: the organisation and teams, and people only with
-- the variable person_durations.
select *
from {{ ref('int_scopes') }}
where {{ has_durations('scope_type') }}
