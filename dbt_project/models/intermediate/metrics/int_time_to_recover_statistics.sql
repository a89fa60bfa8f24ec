-- One row per scope and period in which a time_to_recover of an incident ended: its statistics in hours. People have rows
-- only with the variable person_durations.
{{ incremental_by('period_key') }}

{{ duration_statistics('time_to_recover') }}
