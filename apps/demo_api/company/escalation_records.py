"""Escalations: somebody on call was paged about an incident, and what came of it."""

from __future__ import annotations

from random import Random
from typing import Any

from apps.demo_api.company.draws import Draws
from apps.demo_api.company.identifiers import HOUR, MINUTE, SECOND, named_ulid, rfc3339
from apps.demo_api.company.incident_records import Incident, part_id
from apps.demo_api.company.organisation import MEMBERS
from apps.demo_api.company.slim_records import slim_alert, slim_incident
from apps.demo_api.company.timeline import Timeline

_SHARE = 0.34  # of standard incidents
_FATES = (("acked", 84), ("expired", 8), ("cancelled", 8))
_PRIORITIES = {"Minor": "P3", "Major": "P2", "Critical": "P1", "Kritisch – Größtschaden": "P1"}
_WORKFLOW = {"workflow": {"id": named_ulid("workflow", "Escalate"), "name": "Escalate by night"}}
_CHANNEL = {"slack_team_id": "T02HAVN0001", "slack_channel_id": "C02ONCALL01"}
# The status an escalation has from this event on; the other events change nothing.
_STATUS_AFTER = {
    "entered_grace_period": "pending",
    "triggered": "triggered",
    "acked": "acked",
    "resolved": "resolved",
    "expired": "expired",
    "cancelled": "cancelled",
}


def build_escalations(
    seed: int, incident: Incident, full: Timeline, alerts: list[dict[str, Any]], until: int
) -> list[dict[str, Any]]:
    """The escalation of an incident, if there was one by `until`; `alerts` are those of the incident by then."""
    who = incident.profile
    draws = Draws(seed, who.index, "escalation")
    if who.mode != "standard" or draws.share() >= _SHARE:
        return []
    random = draws.stream()
    member = random.choice(MEMBERS[incident.team])
    creator: dict[str, Any] = {"user": member.embedded} if random.random() < 0.6 else _WORKFLOW
    if "alert" in incident.record["creator"]:
        creator = {"alert": incident.record["creator"]["alert"]}
    priority = _PRIORITIES[full.changes[0][2]]
    events = [event for event in _events(random, incident, full, priority) if event[0] <= until]
    if not events:
        return []
    statuses = [_STATUS_AFTER[event["event"]] for _, event in events if event["event"] in _STATUS_AFTER]
    created = events[0][0]
    raised = [alert for alert in alerts if alert["id"] == creator.get("alert", {}).get("id")]
    return [
        {
            "id": part_id(who, "escalation", 0, created),
            "title": incident.record["name"],
            "description": f"{incident.service.name} needs somebody of {incident.team}.",
            "status": statuses[-1],
            "priority": {"name": priority},
            "creator": creator,
            "escalation_path_id": named_ulid("escalation_path", incident.team),
            "events": [event for _, event in events],
            "related_incidents": [slim_incident(incident)],
            "related_alerts": [slim_alert(alert) for alert in raised],
            "created_at": rfc3339(created),
            "updated_at": rfc3339(events[-1][0]),
        }
    ]


def _events(random: Random, incident: Incident, full: Timeline, priority: str) -> list[tuple[int, dict[str, Any]]]:
    """Everything that ever happens to the escalation, in order, with its instant."""
    paged = random.sample(MEMBERS[incident.team], min(2, len(MEMBERS[incident.team])))
    now = incident.profile.declared + random.randrange(SECOND, 90 * SECOND)
    found: list[tuple[int, dict[str, Any]]] = []

    def happens(event: str, after: int, **values: Any) -> None:
        nonlocal now
        now += after
        record = {
            "id": part_id(incident.profile, "escalation_event", len(found), now),
            "event": event,
            "occurred_at": rfc3339(now),
        }
        found.append((now, record | values))

    if random.random() < 0.15:
        happens("entered_grace_period", 0)
        now += 2 * MINUTE
    happens("triggered", 0)
    urgency = "low" if priority == "P3" else "high"
    happens("notified_users", SECOND, urgency=urgency, users=[paged[0].embedded])
    if random.random() < 0.4:
        happens("notified_channels", SECOND, channels=[_CHANNEL])
    fate = random.choices([fate for fate, _ in _FATES], [weight for _, weight in _FATES])[0]
    answer = SECOND + int(3 * MINUTE * random.lognormvariate(0, 1))
    if answer > 5 * MINUTE or fate == "expired":
        happens("notified_users", 5 * MINUTE, urgency="high", users=[person.embedded for person in paged])
    if fate != "acked":
        happens(fate, 25 * MINUTE if fate == "expired" else answer)
        return found
    happens("acked", answer, users=[paged[-1].embedded])
    over = next((at for at, key, _ in full.changes if at > now and key in ("documenting", "closed")), None)
    if random.random() < 0.9:
        happens("resolved", (over or now + HOUR) - now)
    return found
