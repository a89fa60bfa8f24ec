"""Names of the stages of a run, and the clock that each of them runs under."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.run import Run

POOL = "warehouse"
EXTRACT, BUILD, PUBLISH = "extract", "build", "publish"


@contextmanager
def stage(run: Run, name: str, title: str) -> Iterator[None]:
    """Announces the stage and leaves its wall seconds in `run.stage_seconds`."""
    run.progress.stage(title)
    started = time.monotonic()
    try:
        yield
    finally:
        run.stage_seconds[name] = time.monotonic() - started
