"""Who took part in an incident: those who hold a role, colleagues who came to help, and people who only looked on.

One record for each incident, with the incident's id. Joining does not touch the incident.
"""

from __future__ import annotations

from typing import Any

from apps.demo_api.company.draws import Draws
from apps.demo_api.company.identifiers import HOUR, MINUTE, SECOND
from apps.demo_api.company.incident_records import Incident
from apps.demo_api.company.organisation import MEMBERS, PEOPLE

_EVERYBODY = list(PEOPLE.values())
_COLLABORATORS, _OBSERVERS = (45, 35, 20), (30, 30, 25, 15)


def build_participants(seed: int, incident: Incident, until: int) -> dict[str, Any]:
    """The record of those who had joined by `until`: `{id, active, passive}`."""
    who = incident.profile
    random = Draws(seed, who.index, "participants").stream()
    helpers = random.choices(range(len(_COLLABORATORS)), _COLLABORATORS)[0]
    watchers = random.choices(range(len(_OBSERVERS)), _OBSERVERS)[0]
    places: dict[str, list[dict[str, Any]]] = {"active": [], "passive": []}
    seen = set()

    def joins(user: dict[str, Any], held: str, kind: str, delay: int) -> None:
        joined = who.declared + SECOND + int(delay * random.lognormvariate(0, 0.8))
        if user["id"] not in seen:
            seen.add(user["id"])
            if joined <= until:
                places[held].append({"participant_type": kind, "user": user})

    for assignment in incident.record["incident_role_assignments"]:
        if "assignee" in assignment:
            joins(assignment["assignee"], "active", "responder", 0)
    for person in random.sample(MEMBERS[incident.team], helpers):
        joins(person.embedded, "active", "collaborator", 20 * MINUTE)
    for person in random.sample(_EVERYBODY, watchers):
        joins(person.embedded, "passive", "observer", HOUR)
    return {"id": who.incident_id, **places}
