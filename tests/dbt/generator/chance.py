"""Random choices of the generator, and the texts it chooses from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

Item = TypeVar("Item")

# Groups of texts that are one text after trimming and case folding.
FAMILIES: tuple[tuple[str, ...], ...] = (
    ("Payments", "payments", " PAYMENTS ", "\u00a0Payments\u2003"),
    ("Straße", "STRASSE", "strasse", "\u2028STRAßE"),
    ("ﬁnance", "FINANCE", "finance"),
    ("Σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ"),
    ("İstanbul", "i\u0307stanbul", "İSTANBUL "),
    ("Kelvin", "\u212aelvin", "KELVIN"),
    ('it\'s; "quoted", 100%', 'IT\'S; "QUOTED", 100%'),
    ("日本 チーム", " 日本 チーム"),
    ("Ops", "ops", "OPS\t"),
    ("{{ braces }}", "{{ BRACES }}"),
    ("42", " 42"),
    ("Ȿ-Team", "ȿ-team"),
)


class Chance:
    """A seeded source of choices that also knows the account's zone and window of time."""

    def __init__(self, seed: str, zone: str) -> None:
        self.random = Random(seed)
        self.zone = ZoneInfo(zone)
        self.window_start = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=self.random.randrange(1000))
        self.window_days = self.random.choice((3, 20, 45, 120, 400))
        self._counter = 0

    def happens(self, probability: float) -> bool:
        """True with the given probability."""
        return self.random.random() < probability

    def one(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return self.random.choice(items)

    def some(self, items: Sequence[Item], most: int) -> list[Item]:
        """Between none and `most` different items, in random order."""
        return self.random.sample(list(items), self.random.randint(0, min(most, len(items))))

    def number(self, least: int, most: int) -> int:
        """An integer, both ends included."""
        return self.random.randint(least, most)

    def new_id(self, kind: str) -> str:
        """An id that nothing else has; its letters mix cases because ids match exactly."""
        self._counter += 1
        return f"01{kind.upper() if self.happens(0.5) else kind}{self._counter:04d}"

    def text(self) -> str:
        """Any text of any family."""
        return self.one(self.one(FAMILIES))

    def variant_of(self, text: str) -> str:
        """The text as someone else would write it: same after folding."""
        family = next((family for family in FAMILIES if text in family), (text, text.upper(), f" {text}"))
        folded = text.strip().casefold()
        return self.one([other for other in family if other.strip().casefold() == folded])

    def instant(self) -> datetime:
        """An instant in the window, often on or next to a local midnight, sometimes with a fraction."""
        moment = self.window_start + timedelta(seconds=self.random.randrange(self.window_days * 86_400))
        if self.happens(0.25):
            midnight = datetime.combine(moment.astimezone(self.zone).date(), time(), self.zone).astimezone(UTC)
            return midnight + timedelta(microseconds=self.one((0, 0, -1, 1, -1_000_000, 1_000_000)))
        return moment + timedelta(microseconds=self.one((0, 0, 0, 500_000, 999_999, 720_000)))

    def later(self, moment: datetime) -> datetime:
        """Minutes to weeks after `moment`, sometimes the same instant."""
        seconds = self.one((0, 59, 60, 3_600, 9 * 3_600, 86_400, 30 * 86_400))
        return moment + timedelta(
            seconds=self.random.randint(seconds // 2, seconds), microseconds=self.one((0, 0, 250_000))
        )

    def local_date(self) -> date:
        """A local date in the window."""
        return self.instant().astimezone(self.zone).date()
