-- One row per build: its instant. Snapshot runs_seen keeps them all.
select {{ as_of() }} as observed_at
