"""Settings that definitions load with: those of the command that is running, else the environment's.

The command line may point a run at the demo's home. Handing that over by environment variables would put the
demo's key into every child process, so it is handed over here, inside the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.settings import Settings, load_settings

_stack: list[Settings] = []


def current_settings() -> Settings:
    """Settings of the innermost `using` block, else freshly loaded ones (SettingsError when those are wrong)."""
    return _stack[-1] if _stack else load_settings()


@contextmanager
def using(settings: Settings) -> Iterator[None]:
    """Definitions loaded inside the block belong to these settings."""
    _stack.append(settings)
    try:
        yield
    finally:
        _stack.pop()
