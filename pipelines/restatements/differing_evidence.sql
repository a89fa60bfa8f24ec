-- One row per changed incident and piece of evidence that gives the credit on one side and does not exist on the other;
-- `other_side` names the side that lacks it.
with

gone as (
    select * from old_evidence
    where is_winner
),

new as (
    select * from new_evidence
    where is_winner
)

select
    'new' as other_side,
    gone.*
from gone
anti join new_evidence
    on
        gone.incident_id = new_evidence.incident_id
        and gone.attribution_step = new_evidence.attribution_step
        and gone.team_id = new_evidence.team_id
        and gone.source_name is not distinct from new_evidence.source_name
        and gone.source_value is not distinct from new_evidence.source_value
        and gone.field_priority is not distinct from new_evidence.field_priority
        and gone.seed_file is not distinct from new_evidence.seed_file

union all

select
    'old' as other_side,
    new.*
from new
anti join old_evidence
    on
        new.incident_id = old_evidence.incident_id
        and new.attribution_step = old_evidence.attribution_step
        and new.team_id = old_evidence.team_id
        and new.source_name is not distinct from old_evidence.source_name
        and new.source_value is not distinct from old_evidence.source_value
        and new.field_priority is not distinct from old_evidence.field_priority
        and new.seed_file is not distinct from old_evidence.seed_file
