"""What a dbt process is started with: where its files are, the run's instant, no telemetry and no key."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pipelines.incident_io.reads import Reads
from pipelines.settings import DBT_PROJECT_DIR, Settings, as_text

READ_AT, SWEPT_AT = "DBT_INCIDENTS_READ_AT", "DBT_INCIDENTS_SWEPT_AT"
NEVER_READ = Reads()
SECRET_VARIABLES = (
    "INCIDENT_IO_API_KEY",
    "INCIDENT_MARTS_MASTER_KEY",
    "INCIDENT_MARTS_MASTER_KEY_FILE",
    "INCIDENT_MARTS_PII_SALT",
)
# The salt of pseudonyms is the one secret that dbt needs. Under this name dbt keeps it out of its logs and gives
# it to the profile alone, which sets it as a variable of the session.
DBT_SALT = "DBT_ENV_SECRET_PII_SALT"


def dbt_environment(settings: Settings, reads: Reads = NEVER_READ) -> dict[str, str]:
    """Variables to lay over the environment of a dbt process; `reads` is when the raw incidents were last read.

    They are overrides, and most callers merge them over their own environment, so secrets are blanked here
    rather than left out; :func:`child_environment` removes it altogether. The seeds path is relative to the dbt
    project because dbt joins it to the project folder.
    """
    variables = {
        "DBT_WAREHOUSE_PATH": str(settings.warehouse),
        "DBT_SEEDS_PATH": os.path.relpath(settings.dbt_dir / "seeds", DBT_PROJECT_DIR),
        "DBT_TARGET_PATH": str(settings.dbt_dir / "target"),
        "DBT_LOG_PATH": str(settings.logs_dir),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "INCIDENT_MARTS_AS_OF": settings.as_of_text,
        READ_AT: as_text(reads.read_at) if reads.read_at else "",
        SWEPT_AT: as_text(reads.swept_at) if reads.swept_at else "",
        **dict.fromkeys(SECRET_VARIABLES, ""),
        DBT_SALT: settings.pii_salt or "",
    }
    if settings.start:
        variables["INCIDENT_MARTS_START"] = settings.start.isoformat()
    return variables


def child_environment(settings: Settings, environ: Mapping[str, str], reads: Reads = NEVER_READ) -> dict[str, str]:
    """The whole environment of a dbt process made out of `environ`: the variables above, and no key at all."""
    merged = {**environ, **dbt_environment(settings, reads)}
    for name in SECRET_VARIABLES:
        del merged[name]
    if not settings.pii_salt:
        del merged[DBT_SALT]
    if settings.start is None:
        merged.pop("INCIDENT_MARTS_START", None)
    return merged


def dbt_arguments(settings: Settings) -> list[str]:
    """Arguments that make dbt find the project from any working folder.

    Absolute on purpose: dbt remembers a relative project path in its parse cache and then misses the seeds when it
    is started from another folder.
    """
    return [
        "--project-dir",
        str(DBT_PROJECT_DIR),
        "--profiles-dir",
        str(DBT_PROJECT_DIR),
        "--target-path",
        str(settings.dbt_dir / "target"),
        "--log-path",
        str(settings.logs_dir),
    ]
