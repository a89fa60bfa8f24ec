"""Follow-ups (v3) of one incident."""

from __future__ import annotations

from random import Random
from typing import Any

from apps.demo_api.company.configuration import FOLLOW_UP_CATEGORIES, FOLLOW_UP_PRIORITIES
from apps.demo_api.company.identifiers import DAY, HOUR, rfc3339
from apps.demo_api.company.incident_records import Incident, part_id
from apps.demo_api.company.organisation import MEMBERS, TEAMS
from apps.demo_api.company.texts import FOLLOW_UPS

_PROVIDERS = (("jira", "HAVN"), ("github", "havn/platform"), ("linear", "PLT"))


def build_follow_ups(random: Random, incident: Incident, until: int) -> list[dict[str, Any]]:
    """What was left to do after the incident, as seen at `until`."""
    records = []
    for number in range(random.choices((0, 1, 2, 3), (55, 25, 13, 7))[0]):
        draws = Random(random.random())
        created = (incident.over_at or incident.profile.declared) + draws.randrange(3 * DAY)
        if incident.over_at is not None and created <= until:
            records.append(_follow_up(draws, incident, number, created, until))
    return records


def _follow_up(random: Random, incident: Incident, number: int, created: int, until: int) -> dict[str, Any]:
    who = incident.profile
    fate = random.choices(("completed", "outstanding", "not_doing", "deleted"), (62, 24, 9, 5))[0]
    ended = created + int(12 * DAY * random.lognormvariate(0, 1.1))
    status = fate if ended <= until else "outstanding"
    touched = created + random.randrange(HOUR)
    if status != "outstanding":
        touched = ended
    elif touched > until:
        touched = created
    assignee = random.choice(MEMBERS[incident.team])
    record: dict[str, Any] = {
        "id": part_id(who, "follow_up", number, created),
        "incident_id": who.incident_id,
        "title": random.choice(FOLLOW_UPS).format(service=incident.service.name),
        "status": status,
        "labels": random.sample(["resilience", "Kosten", "sécurité", "quick win"], random.choice((0, 0, 1, 2))),
        "creator": {"user": assignee.embedded} if random.random() < 0.9 else {},
        "created_at": rfc3339(created),
        "updated_at": rfc3339(touched),
    }
    if random.random() < 0.5:
        record["description"] = "Agreed in the review. Please link the change here when it is done."
    if random.random() < 0.75:
        record["assignee"] = assignee.embedded
    if random.random() < 0.5:
        record["assignee_team"] = {"id": TEAMS[incident.team].team_id, "name": incident.team}
    if random.random() < 0.7:
        record["priority"] = random.choice(FOLLOW_UP_PRIORITIES)
    if random.random() < 0.6:
        record["category"] = random.choice(FOLLOW_UP_CATEGORIES)
    if random.random() < 0.4:
        provider, project = random.choice(_PROVIDERS)
        issue = random.randrange(100, 9000)
        record["external_issue_reference"] = {
            "provider": provider,
            "issue_name": f"{project}-{issue}" if provider != "github" else f"{project}#{issue}",
            "issue_permalink": f"https://{provider}.havn.example/{project}/{issue}",
        }
    if status == "completed":
        record["completed_at"] = rfc3339(ended)
    return record
