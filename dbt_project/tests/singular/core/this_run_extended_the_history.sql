-- A failing row is an instant later than this run's at which the account was looked at already. This run went back in
-- time, so what it saw of owners, team names and the chart of teams was not recorded: it is the state of a later day.
-- Figures are complete.
{{ config(severity='warn') }}

select max(observed_at) as looked_at_before
from {{ ref('runs_seen') }}
having max(observed_at) > {{ as_of() }}
