"""`build_account`: the whole company up to an instant, written straight into record tables."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from random import Random
from typing import Any

from apps.demo_api.account import Account
from apps.demo_api.company.action_records import build_actions
from apps.demo_api.company.alert_records import ALERT_LEAD, build_alerts
from apps.demo_api.company.attachment_records import build_attachments
from apps.demo_api.company.calendar import Calendar
from apps.demo_api.company.configuration import INCIDENT_TYPES, ROLES, SEVERITIES, STATUSES, TIMESTAMPS
from apps.demo_api.company.escalation_records import build_escalations
from apps.demo_api.company.fields import FIELDS, option_records
from apps.demo_api.company.follow_up_records import build_follow_ups
from apps.demo_api.company.identifiers import to_micros
from apps.demo_api.company.incident_records import Incident, build_incident
from apps.demo_api.company.ordering import InOrder
from apps.demo_api.company.organisation import team_records, user_records
from apps.demo_api.company.participant_records import build_participants
from apps.demo_api.company.relationship_records import build_relationships
from apps.demo_api.company.schedules import schedule_records
from apps.demo_api.company.services import catalog_entry_records, catalog_type_records
from apps.demo_api.company.timeline import Profile, Timeline, draw_timeline, merge_target, profile
from apps.demo_api.indexing import new_table, serialised
from apps.demo_api.records import RecordTable, Serialised

DEFAULT_INCIDENTS = 1_500
DEFAULT_SEED = 20230102
DRAWN = (
    "incidents",
    "incident_updates",
    "follow_ups",
    "actions",
    "incident_attachments",
    "incident_participants",
    "incident_relationships",
    "alerts",
    "incident_alerts",
    "escalations",
)
PART = 200  # incidents drawn at a time: about 3 MB


@dataclass(frozen=True)
class _Drawn:
    """An incident, its whole course, the incident it was merged into, and its stream after its own draws."""

    incident: Incident
    line: Timeline
    merged_into: Profile | None
    random: Random


@dataclass(frozen=True)
class _Part:
    """Records by resource, and the instant before which no later part creates anything."""

    records: dict[str, list[Serialised]]
    settled: int


@dataclass(frozen=True)
class _History:
    """What a process needs to know in order to draw a part of the incidents."""

    incidents: int
    seed: int
    until: int

    def draw(self, part: tuple[int, int]) -> _Part:
        """The records of incidents from the first index to before the second."""
        calendar = Calendar(self.incidents, self.seed)
        found: dict[str, list[Serialised]] = {resource: [] for resource in DRAWN}
        for index in range(*part):
            drawn = self._incident(calendar, index)
            for resource, records in self._records(calendar, drawn).items():
                found[resource] += [serialised(resource, one, drawn.incident.profile.mode) for one in records]
        return _Part(found, calendar.declared_at(part[1]) - ALERT_LEAD)

    def _incident(self, calendar: Calendar, index: int) -> _Drawn:
        who = profile(calendar, self.seed, index)
        random = Random(f"{self.seed}/{index}")
        target = merge_target(calendar, self.seed, who) if who.fate == "merged" else None
        line = draw_timeline(random, who)
        seen = max(self.until, who.declared)
        incident = build_incident(random, who, line, seen, target.incident_id if target else None)
        return _Drawn(incident, line, target, random)

    def _records(self, calendar: Calendar, drawn: _Drawn) -> dict[str, list[dict[str, Any]]]:
        """Everything that belongs to one incident, by resource; before its declaration, the alerts that fired."""
        seed, until, incident, line = self.seed, self.until, drawn.incident, drawn.line
        alerts = build_alerts(seed, incident, line, until)
        if incident.profile.declared > until:
            return {"alerts": alerts.own}
        return {
            "incidents": [incident.record],
            "incident_updates": incident.updates,
            "follow_ups": build_follow_ups(drawn.random, incident, until),
            "actions": build_actions(seed, incident, until),
            "incident_attachments": build_attachments(seed, incident, until),
            "incident_participants": [build_participants(seed, incident, until)],
            "incident_relationships": build_relationships(
                seed,
                incident,
                line,
                until,
                merged_into=drawn.merged_into,
                earlier=lambda other: self._incident(calendar, other).incident,
            ),
            "alerts": alerts.own + alerts.others,
            "incident_alerts": alerts.links,
            "escalations": build_escalations(seed, incident, line, alerts.own, until),
        }


def _collect(parts: Iterable[_Part]) -> dict[str, RecordTable]:
    tables = {resource: new_table(resource) for resource in DRAWN}
    orders = {resource: InOrder(table) for resource, table in tables.items()}
    for part in parts:
        for resource, order in orders.items():
            order.add(part.records[resource], part.settled)
    for order in orders.values():
        order.add([], None)
    return tables


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
    count = Calendar(incidents, seed).count(end + ALERT_LEAD)
    parts = [(first, min(first + PART, count)) for first in range(0, count, PART)]
    if processes > 1 and len(parts) > 1:
        # Spawned, not forked: the caller may well have threads.
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            tables = _collect(pool.map(history.draw, parts))
    else:
        tables = _collect(map(history.draw, parts))
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
        schedules=schedule_records(end),
        **tables,
    )
