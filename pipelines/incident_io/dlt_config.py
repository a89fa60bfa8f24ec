"""How dlt behaves in this product, set in one place before its first pipeline.

Settings go into dlt's in-memory configuration; no file is written. Environment variables that dlt knows (such as
`LOAD__WORKERS`) still win, except for telemetry, which is off whatever the environment says.
"""

from __future__ import annotations

import os

import dlt
from dlt.destinations.impl.duckdb.duck import DuckDbCopyJob


def configure_dlt() -> None:
    """Switch telemetry off and choose load settings. Idempotent; call before `dlt.pipeline`."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    dlt.config["runtime.dlthub_telemetry"] = False
    # The merge reads the staging tables once; kept, they would double the size of the warehouse.
    dlt.config["load.truncate_staging_dataset"] = True
    # DuckDB runs one statement on all its threads; twenty at once only multiply the memory.
    dlt.config["load.workers"] = 1
    dlt.config["load.delete_completed_jobs"] = True
    DuckDbCopyJob.run = _run_with_quoted_path


_run_as_shipped = DuckDbCopyJob.run


def _run_with_quoted_path(job: DuckDbCopyJob) -> None:
    """dlt 1.31 puts the path into its SQL as it is: a quote in the home's path would break every load."""
    path = job._file_path
    job._file_path = path.replace("'", "''")
    try:
        _run_as_shipped(job)
    finally:
        job._file_path = path
