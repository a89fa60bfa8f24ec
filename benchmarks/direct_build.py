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

from tests.dbt.compiled_project import DbtProject

MEMORY_LIMIT = "900MB"


def main() -> None:
    """Compile, execute, print."""
    warehouse, scratch, as_of = Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    scratch.mkdir(parents=True, exist_ok=True)
    compiled = DbtProject(scratch).compile({})
    config = {"memory_limit": MEMORY_LIMIT, "temp_directory": str(scratch / "spill"), "threads": "2"}
    with duckdb.connect(str(warehouse), config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        started = time.perf_counter()
        compiled.run(connection, as_of, None)
        print(f"{time.perf_counter() - started:.2f}")


if __name__ == "__main__":
    main()
