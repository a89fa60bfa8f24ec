"""Actions (v3) of one incident: what somebody was asked to do while it went on."""

from __future__ import annotations

from random import Random
from typing import Any

from apps.demo_api.company.draws import Draws
from apps.demo_api.company.identifiers import HOUR, MINUTE, SECOND, rfc3339
from apps.demo_api.company.incident_records import Incident, part_id
from apps.demo_api.company.organisation import MEMBERS
from apps.demo_api.company.texts import ACTIONS
from apps.demo_api.company.timeline import VOID_FATES

_COUNTS = (45, 30, 25)


def build_actions(seed: int, incident: Incident, until: int) -> list[dict[str, Any]]:
    """Actions of the incident as seen at `until`; there are none where nothing had to be done."""
    who = incident.profile
    draws = Draws(seed, who.index, "actions")
    count = 0 if who.fate in VOID_FATES else draws.count(_COUNTS)
    random = draws.stream() if count else None
    records = []
    for number in range(count):
        assert random is not None
        created = who.declared + SECOND + int(15 * MINUTE * random.lognormvariate(0, 1))
        action = _action(random, incident, number, created, until)
        if created <= until:
            records.append(action)
    return records


def _action(random: Random, incident: Incident, number: int, created: int, until: int) -> dict[str, Any]:
    fate = random.choices(("completed", "outstanding", "not_doing", "deleted"), (80, 8, 8, 4))[0]
    ended = created + int(HOUR * random.lognormvariate(0, 1))
    is_ended = fate != "outstanding" and ended <= until
    assignee, creator = random.choice(MEMBERS[incident.team]), random.choice(MEMBERS[incident.team])
    record: dict[str, Any] = {
        "id": part_id(incident.profile, "action", number, created),
        "incident_id": incident.profile.incident_id,
        "description": random.choice(ACTIONS).format(service=incident.service.name),
        "status": fate if is_ended else "outstanding",
        "creator": {"user": creator.embedded} if random.random() < 0.95 else {},
        "created_at": rfc3339(created),
        "updated_at": rfc3339(ended if is_ended else created),
    }
    if random.random() < 0.8:
        record["assignee"] = assignee.embedded
    if record["status"] == "completed":
        record["completed_at"] = rfc3339(ended)
    return record
