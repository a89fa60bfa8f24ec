"""Reading the demo API the way a patient client does, for its tests."""

from __future__ import annotations

from typing import Any

import requests

from apps.demo_api.account import RESOURCES, Account, compile_account
from apps.demo_api.endpoints import Endpoint
from apps.demo_api.server import DemoServer

ALL_MODES = [("mode[one_of]", mode) for mode in ("standard", "retrospective", "test", "tutorial")]
ALL_CATEGORIES = [
    ("status_category[one_of]", category)
    for category in ("triage", "declined", "merged", "canceled", "live", "learning", "closed", "paused")
]
EVERY_INCIDENT = ALL_MODES + ALL_CATEGORIES
Query = list[tuple[str, str]]
SESSION = requests.Session()
PARENTS = {"custom_field_id": "custom_fields", "catalog_type_id": "catalog_types", "incident_id": "incidents"}


def tables(account: Account) -> dict[str, list[dict[str, Any]]]:
    """Everything an account has, as the API would answer it."""
    compiled = compile_account(account).tables
    return {name: [compiled[name].load(position) for position in range(len(compiled[name]))] for name in RESOURCES}


def ask(server: Any, path: str, query: Query | None = None, key: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {key or server.api_key}"}
    return SESSION.get(server.url + path, params=query, headers=headers, timeout=10)


def pages(server: Any, path: str, resource: str, query: Query | None = None) -> list[list[dict[str, Any]]]:
    """All pages of a list, following `after` until there is none or the page is empty."""
    found: list[list[dict[str, Any]]] = []
    cursor: list[tuple[str, str]] = []
    while True:
        response = ask(server, path, [*(query or []), *cursor])
        assert response.status_code == 200, response.text
        body = response.json()
        if body[resource] or not found:
            found.append(body[resource])
        after = body.get("pagination_meta", {}).get("after")
        if not after or not body[resource]:
            return found
        cursor = [("after", after)]


def rows(server: Any, path: str, resource: str, query: Query | None = None) -> list[dict[str, Any]]:
    return [row for page in pages(server, path, resource, query) for row in page]


def incidents(server: Any, query: Query | None = None) -> list[dict[str, Any]]:
    return rows(server, "/v2/incidents", "incidents", [("page_size", "250"), *(query or [])])


def queries_for(server: DemoServer, endpoint: Endpoint) -> list[Query]:
    """Queries that together return everything an endpoint has."""
    if endpoint.resource == "incidents":
        return [EVERY_INCIDENT]
    if endpoint.resource in ("follow_ups", "actions"):
        return [[("incident_mode", mode)] for mode in ("standard", "retrospective", "test", "tutorial", "stream")]
    if endpoint.resource == "users":
        return [[("include_inactive", "true")]]
    parent = next(iter(endpoint.required), None)
    if endpoint.resource == "incident_attachments":
        parent = "incident_id"
    if parent:
        table = server.api.account.tables[PARENTS[parent]]
        return [[(parent, table.load(position)["id"])] for position in range(len(table))]
    return [[]]
