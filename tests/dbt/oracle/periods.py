"""Local calendar periods: which exist, which are complete, how long they lasted (definitions, 1 and 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.dbt.account import Account

GRAINS = {"weekly": "week", "monthly": "month", "quarterly": "quarter"}
MICROSECONDS_PER_DAY = 86_400_000_000


@dataclass(frozen=True)
class Period:
    """[start, end) in local dates."""

    start: date
    end: date
    is_complete: bool
    elapsed_days: Fraction


class Calendar:
    """Periods of one grain in the organisation's zone."""

    def __init__(self, account: Account, grain: str) -> None:
        self.grain = grain
        self._zone = ZoneInfo(account.variable("org_timezone"))
        self._first_weekday = {"monday": 0, "sunday": 6}[account.variable("week_start")]
        self._as_of = account.as_of
        self._coverage = account.coverage_start
        self._earliest = self._midnight(date.fromisoformat(account.variable("earliest_incident_date")))

    def start_of(self, instant: datetime) -> date:
        """Local first day of the period that holds the instant."""
        return self._start_of_date(instant.astimezone(self._zone).date())

    def end_of(self, start: date) -> date:
        """Local first day after the period that begins on a date."""
        return self._next(start)

    def spine(self, events: Iterable[datetime]) -> list[Period]:
        """Periods of the organisation; without a coverage date they begin with the first of the eligible incidents
        (`events`: when they occurred) whose year can be right."""
        first_event = min((each for each in events if self._earliest <= each <= self._as_of), default=None)
        if self._coverage is not None:
            start = self._start_of_date(self._coverage)
        elif first_event is not None:
            start = self.start_of(first_event)
        else:
            return []
        periods = []
        while self._midnight(start) < self._as_of:
            end = self._next(start)
            periods.append(self._period(start, end))
            start = end
        return periods

    def is_over_since(self, period: Period, wait: timedelta) -> bool:
        """Whether the period had ended for at least `wait` of elapsed time at the instant of the run.

        Where the clock reads that midnight twice, or leaps over it, the later instant of the two readings counts.
        """
        midnight = datetime.combine(period.end, time(), self._zone)
        ended_at = max(reading.astimezone(UTC) for reading in (midnight, midnight.replace(fold=1)))
        return ended_at + wait <= self._as_of

    def _period(self, start: date, end: date) -> Period:
        has_ended = self._midnight(end) <= self._as_of
        if has_ended and (self._coverage is None or start >= self._coverage):
            return Period(start, end, True, Fraction((end - start).days))
        first = start if self._coverage is None else max(start, self._coverage)
        local_now = self._as_of.astimezone(self._zone).replace(tzinfo=None)
        passed = min(local_now, datetime.combine(end, time())) - datetime.combine(first, time())
        return Period(start, end, False, Fraction(passed // timedelta(microseconds=1), MICROSECONDS_PER_DAY))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _start_of_date(self, day: date) -> date:
        if self.grain == "week":
            return day - timedelta(days=(day.weekday() - self._first_weekday) % 7)
        if self.grain == "month":
            return day.replace(day=1)
        return day.replace(month=day.month - (day.month - 1) % 3, day=1)

    def _next(self, start: date) -> date:
        if self.grain == "week":
            return start + timedelta(days=7)
        months = start.month + (1 if self.grain == "month" else 3)
        return date(start.year + (months - 1) // 12, (months - 1) % 12 + 1, 1)
