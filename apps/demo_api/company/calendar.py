"""When incidents are declared: a fixed history from 2023-01-02 on, spread by week and by hour of the week.

Incident number i has its place on a scale of "incidents so far"; each week covers a stretch of that scale as wide
as its own load, and inside the week the hours of work are wider than nights and weekends. So a later `until` only
adds incidents and moves none.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import accumulate
from random import Random

from apps.demo_api.company.identifiers import HOUR, to_micros

HISTORY_START = datetime(2023, 1, 2, tzinfo=UTC)  # a Monday
REFERENCE_END = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday: up to here there are exactly as many as asked for
WEEK = 7 * 24 * HOUR
REFERENCE_WEEKS = (REFERENCE_END - HISTORY_START).days // 7


def _hour_weights() -> list[float]:
    weights = []
    for hour_of_week in range(168):
        day, hour = divmod(hour_of_week, 24)
        weight = 3.5 if 8 <= hour < 17 else 1.6 if 6 <= hour < 21 else 0.6
        weights.append(weight * (0.3 if day >= 5 else 1.0))
    return weights


class Calendar:
    """Declaration instants in microseconds, ascending with the incident's index."""

    def __init__(self, incidents: int, seed: int) -> None:
        self._seed = seed
        self._incidents = incidents
        self._week_ends: list[float] = []
        reference = [self._load(week) for week in range(REFERENCE_WEEKS)]
        self._scale = incidents / math.fsum(reference)
        for load in reference:
            self._add_week(load)
        self._week_ends[-1] = float(incidents)  # rounding must not push the last one into the next week
        weights = _hour_weights()
        total = math.fsum(weights)
        self._hour_ends = [end / total for end in accumulate(weights)]

    def count(self, until: int) -> int:
        """How many incidents are declared at or before `until`."""
        if self._incidents <= 0:
            return 0
        high = 1
        while self.declared_at(high) <= until:
            high *= 2
        return bisect_right(range(high), until, key=self.declared_at)

    def declared_at(self, index: int) -> int:
        """The instant incident `index` was declared."""
        digest = blake2b(f"{self._seed}/declared/{index}".encode(), digest_size=7).digest()
        place = index + int.from_bytes(digest, "big") / 2**56
        while self._week_ends[-1] <= place:
            self._add_week(self._load(len(self._week_ends)))
        week = bisect_right(self._week_ends, place)
        low = self._week_ends[week - 1] if week else 0.0
        share = (place - low) / (self._week_ends[week] - low)
        hour = min(bisect_right(self._hour_ends, share), 167)
        hour_low = self._hour_ends[hour - 1] if hour else 0.0
        within = (share - hour_low) / (self._hour_ends[hour] - hour_low)
        return to_micros(HISTORY_START) + week * WEEK + hour * HOUR + min(int(within * HOUR), HOUR - 1)

    def _load(self, week: int) -> float:
        return Random(f"{self._seed}/week/{week}").lognormvariate(0, 0.3)

    def _add_week(self, load: float) -> None:
        self._week_ends.append((self._week_ends[-1] if self._week_ends else 0.0) + load * self._scale)
