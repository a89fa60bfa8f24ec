"""The one job, over the whole path, and its daily schedule."""

from __future__ import annotations

import dagster as dg

incident_marts = dg.define_asset_job(
    "incident_marts",
    selection=dg.AssetSelection.all(),
    description="Extract, load, build, test and publish: the path from incident.io to the published marts.",
)

# Running from the start, because whoever starts the daemon wants the marts kept fresh; it can be switched off in
# the Dagster pages. 05:00 UTC: the run sees the whole previous UTC day before work begins in Europe.
daily = dg.ScheduleDefinition(
    name="daily",
    job=incident_marts,
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Runs the job every day at 05:00 UTC.",
)
