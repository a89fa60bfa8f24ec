"""Alerts, those that raised an incident or were found to belong to one and those that never did, and the links."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from apps.demo_api.company.draws import Draws
from apps.demo_api.company.identifiers import DAY, HOUR, MINUTE, SECOND, named_ulid, rfc3339
from apps.demo_api.company.incident_records import Incident, part_id, raising_alert
from apps.demo_api.company.organisation import TEAM_TYPE_ID, TEAMS
from apps.demo_api.company.services import SERVICE_TYPE_ID, SERVICES, Service
from apps.demo_api.company.slim_records import slim_alert, slim_incident
from apps.demo_api.company.texts import ALERTS
from apps.demo_api.company.timeline import Profile, Timeline

ALERT_LEAD = 10 * MINUTE  # an alert fires at most so long before its incident is declared
_OWN = (66, 22, 7, 4, 1)  # how many alerts a standard incident has, by weight
_OTHERS = (84, 13, 3)  # how many fired around that time and belong to no incident
_SOURCES = {
    "Datadog": "https://havn.datadoghq.example/monitors/{number}",
    "Prometheus": "https://alertmanager.havn.example/#/alerts?id={number}",
    "Sentry": "https://sentry.havn.example/issues/{number}",
    "Depot sensors": None,
}
_SOURCE_IDS = {name: named_ulid("alert_source", name) for name in _SOURCES}
_ROUTES = [named_ulid("alert_route", name) for name in ("Customer facing", "Everything else")]
_TAGS = [
    {"id": named_ulid("alert_tag", name), "name": name} for name in ("noisy", "bekannt", "customer impacting")
]
_PRIORITIES = ("P1", "P2", "P3")
_SERVICES = list(SERVICES.values())


def _attribute(name: str, value_type: str, **flags: bool) -> dict[str, Any]:
    settings = {"array": False, "required": False} | flags
    return {"id": named_ulid("alert_attribute", name), "name": name, "type": value_type, **settings}


_SERVICE = _attribute("Service", f'CatalogEntry["{SERVICE_TYPE_ID}"]', required=True)
_TEAMS = _attribute("Teams", f'CatalogEntry["{TEAM_TYPE_ID}"]', array=True)
_PRIORITY = _attribute("Priority", "String")


@dataclass(frozen=True)
class IncidentAlerts:
    """The alerts of one incident and its neighbourhood, and the links, as seen at `until`."""

    own: list[dict[str, Any]]
    others: list[dict[str, Any]]
    links: list[dict[str, Any]]


def build_alerts(seed: int, incident: Incident, full: Timeline, until: int) -> IncidentAlerts:
    """`full` is the whole course of the incident, which need not have been declared at `until`."""
    who = incident.profile
    draws = Draws(seed, who.index, "alerts")
    count = draws.count(_OWN) if who.mode == "standard" else 0
    raised_it = "alert" in incident.record["creator"]
    if raised_it:
        count = max(count, 1)
    own: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    random = draws.stream() if count else None
    groups = [part_id(who, "alert_group", 0, who.declared)] if count > 1 else []
    for number in range(count):
        assert random is not None
        fired = who.declared + int(random.uniform(-0.5, 3) * ALERT_LEAD)
        if raised_it and number == 0:
            fired, _ = raising_alert(who)
        linked = max(fired, who.declared) + random.randrange(SECOND, 3 * MINUTE)
        over = next((at for at, key, _ in full.changes if at > fired and key in ("monitoring", "closed")), None)
        resolved = (over or fired + DAY) + random.randrange(HOUR) if random.random() < 0.97 else None
        title = ALERTS[number % len(ALERTS)].format(service=incident.service.name)
        alert = _alert(random, part_id(who, "alert", number, fired), incident.service, title)
        route = random.choice(_ROUTES) if raised_it or random.random() < 0.8 else None
        if fired > until:
            continue
        own.append(_as_seen(alert, [fired, linked, resolved], until) | {"alert_group_ids": groups})
        if linked <= until:
            links.append(_link(part_id(who, "incident_alert", number, linked), own[-1], incident, route))
    return IncidentAlerts(own, _others(seed, who, until), links)


def _others(seed: int, who: Profile, until: int) -> list[dict[str, Any]]:
    """Alerts that fired after the incident was declared and belong to none."""
    draws = Draws(seed, who.index, "other alerts")
    count = draws.count(_OTHERS)
    random = draws.stream() if count else None
    found = []
    for number in range(count):
        assert random is not None
        service = random.choice(_SERVICES)
        fired = who.declared + random.randrange(12 * HOUR)
        resolved = fired + int(20 * MINUTE * random.lognormvariate(0, 1.2)) if random.random() < 0.95 else None
        title = random.choice(ALERTS).format(service=service.name)
        alert = _alert(random, part_id(who, "other alert", number, fired), service, title)
        if fired <= until:
            found.append(_as_seen(alert, [fired, resolved], until) | {"alert_group_ids": []})
    return found


def _alert(random: Random, alert_id: str, service: Service, title: str) -> dict[str, Any]:
    """Everything about an alert that does not change with time."""
    source = random.choice(list(_SOURCES))
    number = random.randrange(10**7, 10**9)
    team = TEAMS[service.team]
    entries = {
        "service": {"id": service.entry_id, "catalog_type_id": SERVICE_TYPE_ID, "name": service.name},
        "team": {"id": team.entry_id, "catalog_type_id": TEAM_TYPE_ID, "name": team.name},
    }
    alert: dict[str, Any] = {
        "id": alert_id,
        "alert_source_id": _SOURCE_IDS[source],
        "title": title,
        "deduplication_key": str(number),
        "attributes": [
            {"attribute": _SERVICE, "value": _reference(entries["service"])},
            {"attribute": _PRIORITY, "value": {"label": (label := random.choice(_PRIORITIES)), "literal": label}},
        ],
        "tags": [random.choice(_TAGS)] if random.random() < 0.15 else [],
    }
    if random.random() < 0.6:
        alert["attributes"].append({"attribute": _TEAMS, "array_value": [_reference(entries["team"])]})
    if random.random() < 0.7:
        alert["description"] = f"{title}, seen by {source} for five minutes"
    page = _SOURCES[source]
    if page:
        alert["source_url"] = page.format(number=number)
    return alert


def _reference(entry: dict[str, Any]) -> dict[str, Any]:
    return {"label": entry["name"], "literal": entry["id"], "catalog_entry": entry}


def _as_seen(alert: dict[str, Any], stamps: list[int | None], until: int) -> dict[str, Any]:
    """The alert with the stamps of what happened to it by then: fired, perhaps linked, perhaps resolved."""
    happened = [stamp for stamp in stamps if stamp is not None and stamp <= until]
    resolved = stamps[-1]
    seen = alert | {"created_at": rfc3339(happened[0]), "updated_at": rfc3339(max(happened)), "status": "firing"}
    if resolved is not None and resolved <= until:
        seen |= {"status": "resolved", "resolved_at": rfc3339(resolved)}
    return seen


def _link(link_id: str, alert: dict[str, Any], incident: Incident, route: str | None) -> dict[str, Any]:
    link: dict[str, Any] = {"id": link_id, "alert": slim_alert(alert), "incident": slim_incident(incident)}
    return link | {"alert_route_id": route} if route else link
