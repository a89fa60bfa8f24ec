"""Things that are looked at from time to time: a state holds from the look that found it to the next other one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Generic, TypeVar

State = TypeVar("State")


class Timeline(Generic[State]):
    """States of one thing in the order in which they were seen."""

    def __init__(self) -> None:
        self._seen: list[tuple[datetime, State]] = []

    def look(self, instant: datetime, state: State) -> None:
        """The thing is like this at `instant`, which is never earlier than the last look.

        A second look of the same instant replaces the first.
        """
        if self._seen and self._seen[-1][0] == instant and self._seen[-1][1] != state:
            self._seen.pop()
            self._seen.append((instant, state))
        elif not self._seen or self._seen[-1][1] != state:
            self._seen.append((instant, state))

    def states(self) -> Iterator[tuple[datetime, datetime | None, State]]:
        """(seen from, no longer seen from, state)."""
        for position, (start, state) in enumerate(self._seen):
            end = self._seen[position + 1][0] if position + 1 < len(self._seen) else None
            yield start, end, state

    def at(self, instant: datetime) -> State | None:
        """The state at an instant; the first one before anything was seen."""
        before = [state for start, state in self._seen if start <= instant]
        return before[-1] if before else self._seen[0][1] if self._seen else None
