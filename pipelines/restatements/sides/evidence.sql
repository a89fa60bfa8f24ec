-- One row per changed incident and piece of evidence, without its line: lines move when rows are added above them.
select distinct
    evidence.incident_id,
    evidence.attribution_step,
    evidence.step_priority,
    evidence.team_id,
    evidence.is_winner,
    evidence.source_name,
    evidence.source_value,
    evidence.field_priority,
    evidence.seed_file
from marts.fct_attribution_evidence as evidence
inner join changed_incidents on evidence.incident_id = changed_incidents.incident_id
where changed_incidents.is_credit_changed
