"""Attachments: things in other systems that somebody, or a rule, tied to an incident.

They have no timestamps, and tying one to an incident does not touch the incident: whoever reads only what changed
does not see it.
"""

from __future__ import annotations

from random import Random
from typing import Any

from apps.demo_api.company.calendar import HISTORY_START
from apps.demo_api.company.draws import Draws
from apps.demo_api.company.identifiers import DAY, HOUR, MINUTE, SECOND, to_micros
from apps.demo_api.company.incident_records import Incident, part_id
from apps.demo_api.company.services import Service
from apps.demo_api.company.texts import ALERTS, PULL_REQUESTS

_COUNTS = (70, 18, 8, 4)
# Type, weight, and how long after the declaration it is usually attached.
_KINDS = (
    ("github_pull_request", 42, 3 * HOUR),
    ("datadog_monitor_alert", 18, 4 * MINUTE),
    ("jira_issue", 16, 2 * HOUR),
    ("statuspage_incident", 6, 30 * MINUTE),
    ("arbitrary_url", 6, HOUR),
    ("sentry_issue", 4, 20 * MINUTE),
    ("google_calendar_event", 3, 2 * DAY),
    ("slack_file", 3, HOUR),
    ("scrubbed", 2, HOUR),
)
_TYPES, _WEIGHTS = [kind for kind, _, _ in _KINDS], [weight for _, weight, _ in _KINDS]
_DELAYS = {kind: delay for kind, _, delay in _KINDS}
_LATE = 0.08  # share that somebody attaches weeks later
_START = to_micros(HISTORY_START)


def build_attachments(seed: int, incident: Incident, until: int) -> list[dict[str, Any]]:
    """Attachments of the incident that were tied to it by `until`."""
    who = incident.profile
    draws = Draws(seed, who.index, "attachments")
    count = 0 if who.mode == "tutorial" else draws.count(_COUNTS)
    random = draws.stream() if count else None
    records = []
    for number in range(count):
        assert random is not None
        kind = random.choices(_TYPES, _WEIGHTS)[0]
        attached = who.declared + SECOND + int(_DELAYS[kind] * random.lognormvariate(0, 0.9))
        if random.random() < _LATE:
            attached += random.randrange(20 * DAY, 60 * DAY)
        resource = _resource(random, kind, incident.service, attached)
        if attached <= until:
            records.append(
                {
                    "id": part_id(who, "attachment", number, attached),
                    "incident_id": who.incident_id,
                    "resource": {"resource_type": kind, **resource},
                }
            )
    return records


def _resource(random: Random, kind: str, service: Service, attached: int) -> dict[str, str]:
    number = random.randrange(10_000, 10**9)
    title = ALERTS[number % len(ALERTS)].format(service=service.name)
    if kind == "github_pull_request":
        # Numbers grow with time, as if each repository saw three pull requests a day.
        pull = 1 + 3 * (attached - _START) // DAY + number % 3
        return {
            "external_id": str(10**9 + number),
            "title": PULL_REQUESTS[number % len(PULL_REQUESTS)].format(service=service.name),
            "permalink": f"https://github.com/havn/{service.external_id or 'platform'}/pull/{pull}",
        }
    if kind == "jira_issue":
        issue = f"OPS-{number % 9000 + 100}"
        return {
            "external_id": issue,
            "title": f"{service.name} nachbessern",
            "permalink": f"https://jira.havn.example/browse/{issue}",
        }
    if kind == "scrubbed":
        return {"external_id": "", "title": "", "permalink": ""}
    pages = {
        "datadog_monitor_alert": (title, "https://havn.datadoghq.example/monitors"),
        "statuspage_incident": (f"Disruption of {service.name}", "https://status.havn.example/incidents"),
        "arbitrary_url": ("Dashboard", "https://grafana.havn.example/d"),
        "sentry_issue": (title, "https://sentry.havn.example/issues"),
        "google_calendar_event": (f"Review: {service.name}", "https://calendar.havn.example/event"),
        "slack_file": ("Screenshot.png", "https://havn.slack.example/files"),
    }
    name, page = pages[kind]
    return {"external_id": str(number), "title": name, "permalink": f"{page}/{number}"}
