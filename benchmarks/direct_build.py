"""The floor of the build: the models' compiled statements executed one after another, without dbt around them.

Run as `python -m benchmarks.direct_build WAREHOUSE SCRATCH AS_OF`; WAREHOUSE is changed. Prints the seconds of the
statements alone, without the compilation before them.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

import duckdb

from tests.dbt.compiled_project import DbtProject, RunValues

# The settings of dbt_project/profiles.yml, so that both sides ask the same of the engine.
CONFIG = {"memory_limit": "1GB", "threads": "2", "preserve_insertion_order": "false"}
SESSION = ("set timezone = 'UTC'", "set debug_enable_caching_operators = false")


def main() -> None:
    """Compile, execute, print."""
    warehouse, scratch, as_of = Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    scratch.mkdir(parents=True, exist_ok=True)
    compiled = DbtProject(scratch).compile({})
    config = CONFIG | {"temp_directory": str(scratch / "spill")}
    with duckdb.connect(str(warehouse), config=config) as connection:
        for statement in SESSION:
            connection.execute(statement)
        started = time.perf_counter()
        compiled.run(connection, RunValues(as_of))
        print(f"{time.perf_counter() - started:.2f}")


if __name__ == "__main__":
    main()
