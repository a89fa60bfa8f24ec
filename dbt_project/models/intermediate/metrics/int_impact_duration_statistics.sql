-- One row per scope and period in which a impact_duration of an incident ended: its statistics in hours. People have rows
-- only with the variable person_durations.
{{ incremental_by('period_key') }}

{{ duration_statistics('impact_duration') }}
