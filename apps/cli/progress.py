"""Progress on stderr: a bar where somebody watches, plain lines in a log."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

SECONDS_BETWEEN_LINES = 5.0
STEP_WIDTH = 34


def terminal_progress() -> BarProgress | LineProgress:
    """Bars when stderr is a terminal, else lines."""
    return BarProgress() if sys.stderr.isatty() else LineProgress()


class LineProgress:
    """One line when a stage begins and one every few seconds of long work."""

    def __init__(self) -> None:
        self._last_line = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def stage(self, title: str) -> None:
        """Names the stage."""
        self._say(f"{title} ...")

    def rows(self, resource: str, count: int, total: int | None = None) -> None:
        """Rows so far, at most every few seconds."""
        if self._is_due():
            self._say(f"  {resource}: {count:,}{f' of {total:,}' if total else ''} rows")

    def nodes(self, done: int, total: int, name: str) -> None:
        """Finished nodes, at most every few seconds, and the last one."""
        if self._is_due() or done == total:
            self._say(f"  {done} of {total} models, seeds and checks")

    def _is_due(self) -> bool:
        return time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES

    def _say(self, text: str) -> None:
        self._last_line = time.monotonic()
        print(text, file=sys.stderr, flush=True)  # noqa: T201 (progress is this class's one job)


class BarProgress:
    """A bar for the stage that runs."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._rows: dict[str, int] = {}
        self._totals: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def stage(self, title: str) -> None:
        """A new bar under the stage's title."""
        from tqdm import tqdm

        self._close()
        self._rows, self._totals = {}, {}
        self._bar = tqdm(desc=title[:STEP_WIDTH].ljust(STEP_WIDTH), file=sys.stderr, dynamic_ncols=True, unit="")

    def rows(self, resource: str, count: int, total: int | None = None) -> None:
        """Moves the bar to the rows of all resources together."""
        self._rows[resource] = count
        if total:
            self._totals[resource] = total
        self._move(sum(self._rows.values()), None, resource)

    def nodes(self, done: int, total: int, name: str) -> None:
        """Moves the bar to the finished nodes."""
        self._move(done, total, name)

    def _move(self, done: int, total: int | None, label: str) -> None:
        if self._bar is None:
            return
        self._bar.total = total
        self._bar.set_postfix_str(label[:40], refresh=False)
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str("", refresh=True)
            self._bar.close()
            self._bar = None
