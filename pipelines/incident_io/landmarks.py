"""Incidents whose creation is known, to find a place in the middle of a list that cannot be asked for by time."""

from __future__ import annotations

import bisect
import threading
from datetime import datetime

MOST_TRIES = 3


class Landmarks:
    """Some incidents of the account by creation: those of earlier runs, and of this one as pages come in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: list[tuple[datetime, str]] = []

    def add(self, created_at: datetime, incident_id: str) -> None:
        """One more incident; a few hundred over the whole history are plenty."""
        with self._lock:
            bisect.insort(self._known, (created_at, incident_id))

    def earliest(self) -> datetime | None:
        """The creation of the oldest one known."""
        with self._lock:
            return self._known[0][0] if self._known else None

    def near(self, middle: datetime, low: datetime, high: datetime) -> list[str]:
        """The few incidents between `low` and `high` that were created closest to `middle`."""
        with self._lock:
            between = [landmark for landmark in self._known if low < landmark[0] < high]
        between.sort(key=lambda landmark: abs(landmark[0] - middle))
        return [incident_id for _, incident_id in between[:MOST_TRIES]]
