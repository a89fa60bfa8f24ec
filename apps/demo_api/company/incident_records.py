"""One incident as the API answers it, with its updates: people, fields and texts around a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

import orjson

from apps.demo_api.company.configuration import (
    DURATION_METRICS,
    INCIDENT_TYPES,
    ROLES,
    SEVERITIES,
    STATUSES,
    TIMESTAMPS,
)
from apps.demo_api.company.field_values import FieldValues
from apps.demo_api.company.identifiers import HOUR, MINUTE, SECOND, named_ulid, rfc3339, ulid
from apps.demo_api.company.organisation import MEMBERS, PEOPLE, RESPONDING, TEAMS, Person
from apps.demo_api.company.services import SERVICES, Service
from apps.demo_api.company.texts import ALERTS, MESSAGES, SUMMARIES, SYMPTOMS
from apps.demo_api.company.timeline import Profile, Timeline

_EVERYBODY = list(PEOPLE.values())
_SERVICES = [service for service in SERVICES.values() if not service.is_archived]
_SERVICE_WEIGHTS = [4 if service.tier == 1 else 2 for service in _SERVICES]
_ROLE_FRAGMENTS = {
    short: orjson.Fragment(orjson.dumps(role | {"required": False})) for short, role in ROLES.items()
}
_API_KEY = {"api_key": {"id": named_ulid("api_key", "Deployment bot"), "name": "Deployment bot"}}
_WORKFLOW = {"workflow": {"id": named_ulid("workflow", "Escalate"), "name": "Escalate by night"}}
_SLACK_TEAM = "T02HAVN0001"


@dataclass(frozen=True)
class Incident:
    """A generated incident and what the records around it need to know."""

    record: dict[str, Any]
    updates: list[dict[str, Any]]
    service: Service
    team: str
    profile: Profile
    over_at: int | None  # first instant at which work was over, None while it goes on


def build_incident(random: Random, who: Profile, full: Timeline, until: int, merged_into: str | None) -> Incident:
    """The incident as seen at `until`. `full` is its whole course, `random` continues where that was drawn."""
    service = random.choices(_SERVICES, _SERVICE_WEIGHTS)[0]
    team = service.team if random.random() < 0.9 else random.choice(RESPONDING)
    members = MEMBERS[team]
    reporter, lead = random.choice(_EVERYBODY), random.choice(members)
    fields = FieldValues.draw(random, service, team, who.mode)
    incident_type = random.choices(("Production", "Internal tooling", "Security", None), (80, 12, 4, 4))[0]
    is_private = incident_type == "Security" or random.random() < 0.01
    creator = _creator(random, who, reporter, service)
    assignments = _assignments(random, lead, reporter, members)
    has_team_ids, has_severity = random.random() < 0.24, random.random() < 0.97
    texts = Random(random.random())
    line = full.cut(until)

    last_change, status_key, severity = line.changes[-1]
    updated = max(last_change, line.edited or 0)
    number = who.index + 1
    # Draws never depend on how far the incident has come: what was true yesterday must not change tomorrow.
    title = texts.choice(SYMPTOMS[line.changes[0][2]]).format(service=service.name)
    has_debrief = texts.random() < 0.3 and status_key == "closed"
    active = updated + texts.randrange(6 * HOUR)
    channel = f"C{who.incident_id[-10:]}"
    record: dict[str, Any] = {
        "id": who.incident_id,
        "reference": f"INC-{number}",
        "name": title,
        "mode": who.mode,
        "visibility": "private" if is_private else "public",
        "incident_status": STATUSES[status_key],
        "creator": creator,
        "incident_role_assignments": assignments,
        "custom_field_entries": fields.entries(),
        "incident_timestamp_values": _timestamp_values(line, texts),
        "duration_metrics": _duration_metrics(line, texts.random() < 0.01),
        "team_ids": [TEAMS[team].team_id] if has_team_ids else [],
        "created_at": rfc3339(line.created),
        "updated_at": rfc3339(updated),
        "last_activity_at": rfc3339(active if active <= until else updated),
        "permalink": f"https://app.incident.io/havn/incidents/{number}",
        "slack_team_id": _SLACK_TEAM,
        "slack_channel_id": channel,
        "slack_channel_name": f"inc-{number}-{service.external_id or 'service'}",
        "slack_channel_url": f"https://slack.com/app_redirect?team={_SLACK_TEAM}&channel={channel}",
        "has_debrief": has_debrief,
    }
    if texts.random() < 0.85:
        record["summary"] = texts.choice(SUMMARIES).format(service=service.name, reporter=reporter.name)
    if has_severity:
        record["severity"] = SEVERITIES[severity]
    if incident_type:
        record["incident_type"] = INCIDENT_TYPES[incident_type]
    if has_debrief:
        begin = last_change - 2 * HOUR
        record["debriefs"] = [
            {
                "id": part_id(who, "debrief", 0, begin),
                "start_at": rfc3339(begin),
                "end_at": rfc3339(begin + 45 * MINUTE),
            }
        ]
        record["postmortem_document_url"] = f"https://docs.havn.example/postmortems/{number}"
        record["postmortem_document_ids"] = [part_id(who, "postmortem", 0, last_change)]
    if texts.random() < 0.12:
        record["external_issue_reference"] = {
            "provider": "jira",
            "issue_name": f"OPS-{4 * number + 17}",
            "issue_permalink": f"https://jira.havn.example/browse/OPS-{4 * number + 17}",
        }
    if texts.random() < 0.3:
        record["call_url"] = f"https://meet.havn.example/inc-{number}"
    over = next((at for at, key, _ in line.changes if STATUSES[key]["category"] in ("learning", "closed")), None)
    record |= _workload(texts, line, over or until)
    updates = _updates(
        who, line, texts, lead=lead, creator=creator, merged_into=merged_into, has_severity=has_severity
    )
    return Incident(record, updates, service, team, who, over)


def _creator(random: Random, who: Profile, reporter: Person, service: Service) -> dict[str, Any]:
    draw = random.random()
    if draw < 0.68:
        return {"user": reporter.embedded}
    if draw < 0.88:
        return {
            "alert": {
                "id": raising_alert(who)[1],
                "title": ALERTS[0].format(service=service.name),
            }
        }
    return _WORKFLOW if draw < 0.93 else _API_KEY if draw < 0.98 else {}


def _assignments(random: Random, lead: Person, reporter: Person, members: list[Person]) -> list[dict[str, Any]]:
    holders = {
        "lead": lead if random.random() < 0.93 else None,
        "reporter": reporter if random.random() < 0.97 else None,
        "expert": random.choice(members) if random.random() < 0.4 else None,
    }
    return [
        {"role": _ROLE_FRAGMENTS[short], "assignee": holder.embedded}
        if holder
        else {"role": _ROLE_FRAGMENTS[short]}
        for short, holder in holders.items()
    ]


def _timestamp_values(line: Timeline, random: Random) -> list[dict[str, Any]]:
    """Every defined timestamp, set or not; an unset one has no value or an empty one."""
    values = []
    unset: dict[str, Any] = {"value": {}} if random.random() < 0.2 else {}
    for name, definition in TIMESTAMPS.items():
        value = {"value": {"value": rfc3339(line.stamps[name])}} if name in line.stamps else unset
        values.append({"incident_timestamp": definition, **value})
    return values


def _duration_metrics(line: Timeline, is_stale: bool) -> list[dict[str, Any]]:
    spans = {
        "Time to resolve": ("Reported at", "Resolved at"),
        "Impact duration": ("Impact started at", "Fixed at"),
    }
    metrics = []
    for name, (start, end) in spans.items():
        metric: dict[str, Any] = {"duration_metric": DURATION_METRICS[name], "status": "timestamps_missing"}
        if start in line.stamps and end in line.stamps:
            seconds = (line.stamps[end] - line.stamps[start]) // SECOND
            metric["status"] = "calculating" if is_stale else "success" if seconds >= 0 else "invalid_timestamps"
            if metric["status"] == "success":
                metric["value_seconds"] = seconds
        metrics.append(metric)
    return metrics


def _workload(random: Random, line: Timeline, end: int) -> dict[str, float]:
    if random.random() < 0.1:
        return {}  # not computed yet
    hours = max(0.0, min(12.0, (end - line.created) / HOUR))
    total = round(hours * 60 * random.uniform(0.4, 2.2), 1)
    late = round(total * random.choice((0, 0, 0.2)), 1)
    sleeping = round(total * random.choice((0, 0, 0, 0.1)), 1)
    return {
        "workload_minutes_total": total,
        "workload_minutes_working": round(total - late - sleeping, 1),
        "workload_minutes_late": late,
        "workload_minutes_sleeping": sleeping,
    }


def _updates(
    who: Profile,
    line: Timeline,
    random: Random,
    *,
    lead: Person,
    creator: dict[str, Any],
    merged_into: str | None,
    has_severity: bool,
) -> list[dict[str, Any]]:
    updates = []
    for number, (instant, status_key, severity) in enumerate(line.changes):
        update: dict[str, Any] = {
            "id": part_id(who, "update", number, instant),
            "incident_id": who.incident_id,
            "new_incident_status": STATUSES[status_key],
            "updater": {"user": lead.embedded} if number else creator,
            "created_at": rfc3339(instant),
        }
        if has_severity:
            update["new_severity"] = SEVERITIES[severity]
        if random.random() < 0.8:
            update["message"] = MESSAGES[status_key]
        if status_key == "merged" and merged_into:
            update["merged_into_incident_id"] = merged_into
        updates.append(update)
    return updates


def part_id(who: Profile, kind: str, number: int, created: int) -> str:
    """Id of something that belongs to an incident; like all ids it ascends with the instant of creation."""
    digest = blake2b(f"{who.incident_id}/{kind}/{number}".encode(), digest_size=10).digest()
    return ulid(created // 1000, digest)


def raising_alert(who: Profile) -> tuple[int, str]:
    """When the alert fired that raised an incident, shortly before it was declared, and its id."""
    draw = blake2b(f"{who.incident_id}/raised".encode(), digest_size=6).digest()
    fired = who.declared - 2 * SECOND - int.from_bytes(draw, "big") % (38 * SECOND)
    return fired, part_id(who, "alert", 0, fired)
