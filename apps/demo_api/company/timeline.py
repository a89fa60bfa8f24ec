"""What happens to one incident and when: its mode, its fate, its severity and its changes of status.

Everything is drawn in full first and cut at `until` afterwards, so the past of an incident never depends on the
day it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random

from apps.demo_api.company.calendar import Calendar
from apps.demo_api.company.identifiers import DAY, HOUR, MINUTE, SECOND, ulid

# Fates of incidents that were meant seriously, with their shares in thousandths.
FATES = (
    ("resolved", 790),
    ("reopened", 45),
    ("reopened_and_corrected", 25),
    ("paused", 40),
    ("left_in_learning", 12),
    ("left_open", 4),
    ("left_paused", 5),
    ("left_in_triage", 4),
    ("declined", 35),
    ("canceled", 20),
    ("merged", 20),
)
MEDIAN_HOURS = {"Minor": 7.0, "Major": 4.0, "Critical": 2.2, "Kritisch – Größtschaden": 3.5}
_COMMON = ("Minor", "Major", "Critical")
VOID_FATES = {"declined": "Declined at", "canceled": "Canceled at", "merged": "Merged at"}


@dataclass(frozen=True)
class Profile:
    """What is settled about an incident the moment it is declared; cheap, so neighbours can look at it."""

    index: int
    declared: int
    incident_id: str
    mode: str
    fate: str


@dataclass
class Timeline:
    """Changes of status as (instant, status key, severity) and the timestamps people set, by name."""

    created: int
    severity: str
    changes: list[tuple[int, str, str]] = field(default_factory=list)
    stamps: dict[str, int] = field(default_factory=dict)
    edited: int | None = None

    def cut(self, until: int) -> Timeline:
        """The same as seen at `until`."""
        return Timeline(
            self.created,
            self.severity,
            [change for change in self.changes if change[0] <= until],
            {name: instant for name, instant in self.stamps.items() if instant <= until},
            self.edited if self.edited is not None and self.edited <= until else None,
        )


def profile(calendar: Calendar, seed: int, index: int) -> Profile:
    """Identity and fate of one incident."""
    digest = blake2b(f"{seed}/incident/{index}".encode(), digest_size=14).digest()
    instant = calendar.declared_at(index)
    mode_draw, fate_draw = digest[10] * 256 + digest[11], digest[12] * 256 + digest[13]
    share = mode_draw * 1000 // 65536
    mode = "standard" if share < 880 else "retrospective" if share < 935 else "test" if share < 980 else "tutorial"
    rest = fate_draw * 1000 // 65536
    fate = FATES[0][0]
    for name, width in FATES:
        fate = name
        if rest < width:
            break
        rest -= width
    if mode != "standard" and fate not in ("canceled", "declined"):
        fate = "resolved"
    return Profile(index, instant, ulid(instant // 1000, digest[:10]), mode, fate)


def merge_target(calendar: Calendar, seed: int, merged: Profile) -> Profile | None:
    """The latest earlier incident that a merged one can belong to."""
    for index in range(merged.index - 1, max(-1, merged.index - 200), -1):
        candidate = profile(calendar, seed, index)
        if candidate.mode == "standard" and candidate.fate not in VOID_FATES:
            return candidate
    return None


def draw_timeline(random: Random, who: Profile) -> Timeline:
    """The full course of one incident."""
    severity = random.choices(list(MEDIAN_HOURS), (55, 32, 12, 1))[0]
    line = Timeline(_rounded(random, who.declared), severity)
    if who.mode == "retrospective":
        _entered_afterwards(random, line)
    elif who.mode in ("test", "tutorial"):
        _exercise(random, line, who.fate)
    else:
        _response(random, line, who.fate)
    if random.random() < 0.1:
        line.edited = line.changes[-1][0] + int(random.uniform(0.5, 20) * DAY)
    return line


def _rounded(random: Random, instant: int) -> int:
    """Cut to a drawn number of fractional digits, so that 0 to 6 of them occur."""
    unit = 10 ** (6 - random.choice((0, 3, 3, 3, 6, 6, 1, 2, 4, 5)))
    return instant - instant % unit


def _after(random: Random, instant: int, median: float, spread: float = 0.8) -> int:
    """A later instant, log-normally far away; `median` in microseconds."""
    return _rounded(random, instant + SECOND + int(median * random.lognormvariate(0, spread)))


def _response(random: Random, line: Timeline, fate: str) -> None:
    severity, stamps = line.severity, line.stamps
    stamps["Reported at"] = line.created
    if random.random() < 0.7:
        stamps["Impact started at"] = _rounded(
            random, line.created - int(12 * MINUTE * random.lognormvariate(0, 1))
        )
    in_triage = fate in ("left_in_triage", "declined") or random.random() < 0.35
    line.changes.append((line.created, "triage" if in_triage else "investigating", severity))
    now = line.created
    if fate == "left_in_triage":
        return
    if fate in VOID_FATES:
        now = _after(random, now, 20 * MINUTE)
        line.changes.append((now, fate, severity))
        stamps[VOID_FATES[fate]] = now
        return
    if in_triage:
        now = _after(random, now, 4 * MINUTE)
        line.changes.append((now, "investigating", severity))
    stamps["Accepted at"] = now
    if fate == "left_open":
        return
    work = MEDIAN_HOURS[severity] * HOUR * random.lognormvariate(0, 1.0)
    if random.random() < 0.12:
        line.severity = severity = random.choice([name for name in _COMMON if name != severity])
    now = _repair(random, line, now, work, severity)
    if fate == "left_paused":
        line.changes.append((_after(random, now, HOUR), "paused", severity))
        return
    if fate == "paused":
        paused = _after(random, now, HOUR)
        now = _after(random, paused, 1.5 * DAY)
        line.changes += [(paused, "paused", severity), (now, "fixing", severity)]
    resolved = _after(random, now, work * 0.3)
    _wind_up(random, line, resolved, severity, stays_in_learning=fate == "left_in_learning")
    if fate.startswith("reopened"):
        again = _after(random, line.changes[-1][0], 2 * DAY)
        second = _after(random, again, work * 0.5)
        first = stamps.get("Resolved at")
        line.changes.append((again, "investigating", severity))
        _wind_up(random, line, second, severity, stays_in_learning=False)
        if fate == "reopened" and first is not None:
            stamps["Resolved at"] = first  # nobody corrected it
    elif random.random() < 0.015 and "Resolved at" in stamps:
        stamps["Resolved at"] = line.created - int(random.uniform(1, 30) * HOUR)  # a typing error


def _repair(random: Random, line: Timeline, now: int, work: float, severity: str) -> int:
    """Cause found, fix out; some people skip steps in the tool."""
    stamps = line.stamps
    identified = _after(random, now, work * 0.4)
    if random.random() < 0.6:
        line.changes.append((identified, "fixing", severity))
        stamps["Identified at"] = identified
    fixed = _after(random, identified, work * 0.3)
    if random.random() < 0.65:
        line.changes.append((fixed, "monitoring", severity))
        stamps["Fixed at"] = fixed
    if random.random() < 0.3:
        stamps["Customer impact ended"] = _rounded(random, fixed - (fixed - identified) // 3)
    return fixed


def _wind_up(random: Random, line: Timeline, resolved: int, severity: str, stays_in_learning: bool) -> None:
    stamps = line.stamps
    goes_through_learning = stays_in_learning or random.random() < 0.7
    if random.random() < 0.96:
        stamps["Resolved at"] = resolved
    if not goes_through_learning:
        line.changes.append((resolved, "closed", severity))
        stamps["Closed at"] = resolved
        return
    line.changes.append((resolved, "documenting", severity))
    if stays_in_learning:
        return
    documented = _after(random, resolved, DAY)
    if random.random() < 0.5:
        line.changes.append((documented, "reviewing", severity))
    closed = _after(random, documented, 2 * DAY)
    line.changes.append((closed, "closed", severity))
    stamps["Closed at"] = closed


def _entered_afterwards(random: Random, line: Timeline) -> None:
    """Retrospective: everything happened days before the record was created."""
    started = _rounded(random, line.created - int(random.uniform(1, 12) * DAY))
    resolved = _after(random, started, MEDIAN_HOURS[line.severity] * HOUR, 0.7)
    if random.random() < 0.85:
        line.stamps["Impact started at"] = started
    line.stamps["Reported at"] = started + 5 * MINUTE
    line.stamps["Resolved at"] = resolved
    if random.random() < 0.5:
        line.stamps["Fixed at"] = resolved - (resolved - started) // 4
    line.changes.append((line.created, "documenting", line.severity))
    closed = _after(random, line.created, DAY)
    line.changes.append((closed, "closed", line.severity))
    line.stamps["Closed at"] = closed


def _exercise(random: Random, line: Timeline, fate: str) -> None:
    line.stamps["Reported at"] = line.stamps["Accepted at"] = line.created
    line.changes.append((line.created, "investigating", line.severity))
    over = _after(random, line.created, 25 * MINUTE)
    end = fate if fate in VOID_FATES else "closed"
    line.changes.append((over, end, line.severity))
    line.stamps[VOID_FATES.get(end, "Closed at")] = over
    if end == "closed":
        line.stamps["Resolved at"] = over
