"""`build_account`: the whole company up to an instant, written straight into record tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from random import Random

from apps.demo_api.account import Account, add_record, new_table
from apps.demo_api.company.calendar import Calendar
from apps.demo_api.company.configuration import INCIDENT_TYPES, ROLES, SEVERITIES, STATUSES, TIMESTAMPS
from apps.demo_api.company.fields import FIELDS, option_records
from apps.demo_api.company.follow_up_records import build_follow_ups
from apps.demo_api.company.identifiers import to_micros
from apps.demo_api.company.incident_records import build_incident
from apps.demo_api.company.organisation import team_records, user_records
from apps.demo_api.company.services import catalog_entry_records, catalog_type_records
from apps.demo_api.company.timeline import draw_timeline, merge_target, profile
from apps.demo_api.records import RecordTable

DEFAULT_INCIDENTS = 1_500
DEFAULT_SEED = 20230102
DRAWN = ("incidents", "incident_updates", "follow_ups")
PART = 1_000  # incidents drawn at a time: about 9 MB, which stays in memory


@dataclass(frozen=True)
class _History:
    """What a process needs to know in order to draw a part of the incidents."""

    incidents: int
    seed: int
    until: int

    def draw(self, part: tuple[int, int]) -> dict[str, RecordTable]:
        """The records of incidents from the first index to before the second."""
        calendar = Calendar(self.incidents, self.seed)
        tables = {resource: new_table(resource) for resource in DRAWN}
        for index in range(*part):
            who = profile(calendar, self.seed, index)
            random = Random(f"{self.seed}/{index}")
            target = merge_target(calendar, self.seed, who) if who.fate == "merged" else None
            line = draw_timeline(random, who)
            incident = build_incident(random, who, line, self.until, target.incident_id if target else None)
            add_record(tables["incidents"], "incidents", incident.record)
            for update in incident.updates:
                add_record(tables["incident_updates"], "incident_updates", update)
            for follow_up in build_follow_ups(random, incident, self.until):
                add_record(tables["follow_ups"], "follow_ups", follow_up, who.mode)
        return tables


def _collect(tables: Mapping[str, RecordTable], parts: Iterable[Mapping[str, RecordTable]]) -> None:
    for part in parts:
        for resource, table in tables.items():
            table.extend(part[resource])


def build_account(
    *,
    incidents: int = DEFAULT_INCIDENTS,
    until: datetime | None = None,
    seed: int = DEFAULT_SEED,
    processes: int = 1,
) -> Account:
    """The account as it stands at `until` (aware, default now).

    `incidents` are declared between `HISTORY_START` and `REFERENCE_END`; another `until` gives proportionally
    more or fewer, and leaves those it shares with an earlier one as they were. Same arguments, same bytes, however
    many `processes` draw them: more than one is for very large histories.
    """
    moment = until or datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("until must have a UTC offset")
    end = to_micros(moment)
    history = _History(incidents, seed, end)
    count = Calendar(incidents, seed).count(end)
    parts = [(first, min(first + PART, count)) for first in range(0, count, PART)]
    tables = {resource: new_table(resource) for resource in DRAWN}
    if processes > 1 and len(parts) > 1:
        # Spawned, not forked: the caller may well have threads.
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            _collect(tables, pool.map(history.draw, parts))
    else:
        _collect(tables, map(history.draw, parts))
    return Account(
        name="Havn Logistics",
        dashboard_url="https://app.incident.io/havn",
        custom_fields=[field.record for field in FIELDS.values()],
        custom_field_options=option_records(),
        catalog_types=catalog_type_records(),
        catalog_entries=catalog_entry_records(),
        teams=team_records(),
        users=user_records(),
        severities=list(SEVERITIES.values()),
        incident_statuses=list(STATUSES.values()),
        incident_types=list(INCIDENT_TYPES.values()),
        incident_roles=list(ROLES.values()),
        incident_timestamps=list(TIMESTAMPS.values()),
        **tables,
    )
