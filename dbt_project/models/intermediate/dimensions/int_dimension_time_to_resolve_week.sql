-- One row per scope, value of a dimension and week in which a time to resolve of an incident with it ended: its statistics in
-- hours.
{{ incremental_by('period_key') }}

{{ dimension_statistics('week') }}
