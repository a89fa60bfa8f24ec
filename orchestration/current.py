"""What a command of ours hands to the definitions inside its process: settings, and the run it has prepared.

The command line may point a run at the demo's home. Handing that over by environment variables would put the
demo's key into every child process; Dagster's own way, replacing a resource of the job, does not work together
with a selection of assets. Definitions that Dagster loads by itself find nothing here and read the environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from orchestration.run import Run

_runs: list[Run] = []


def current_run() -> Run | None:
    """The run of the innermost `using` block, None outside of any."""
    return _runs[-1] if _runs else None


def current_settings() -> Settings:
    """Settings of that run, else freshly loaded ones (SettingsError when those are wrong)."""
    run = current_run()
    return run.settings if run else load_settings()


@contextmanager
def using(run: Run) -> Iterator[None]:
    """Definitions loaded and assets executed inside the block belong to this run."""
    _runs.append(run)
    try:
        yield
    finally:
        _runs.pop()
