"""The small incident.io of these tests refuses and leaves out what the real one does."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.pipelines.fake_api import ENDPOINTS, KEY, FakeApi

PATHS = {name: path for path, name in ENDPOINTS.items()}
EARLY, LATE = "2026-03-01T08:00:00Z", "2026-03-01T09:30:00.5Z"


@pytest.fixture
def api():
    with FakeApi() as running:
        running.rows["incidents"] = [{"id": "i1"}, {"id": "i2"}]
        yield running


def ask(api: FakeApi, name: str, *query: tuple[str, str]) -> requests.Response:
    return requests.get(api.url + PATHS[name], params=query, headers={"Authorization": f"Bearer {KEY}"}, timeout=5)


def ids(api: FakeApi, name: str, *query: tuple[str, str]) -> list[str]:
    return [row["id"] for row in ask(api, name, ("page_size", "50"), *query).json()[name]]


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("alerts", [], 422),
        ("incident_alerts", [], 422),
        ("alerts", [("page_size", "51")], 422),
        ("escalations", [("page_size", "250")], 422),
        ("actions", [("page_size", "250")], 200),
        ("schedules", [("page_size", "10000")], 200),
        ("actions", [("updated_at[gte]", EARLY), ("updated_at[lte]", LATE)], 422),
        ("incident_attachments", [], 422),
        ("incident_attachments", [("resource_type", "jira_issue")], 422),
        ("incident_attachments", [("resource_type", "jira_issue"), ("external_id", "1")], 200),
        ("incident_attachments", [("incident_id", "i3")], 404),
        ("incident_relationships", [], 422),
        ("incident_relationships", [("incident_id", "i3")], 404),
        ("incident_relationships", [("incident_id", "i1")], 200),
    ],
)
def test_what_is_refused(api, name, query, status):
    assert ask(api, name, *query).status_code == status


@pytest.mark.parametrize(
    ("name", "query", "left"),
    [
        ("alerts", [("updated_at[gte]", "2026-03-01T08:00:00.000001Z")], ["b"]),
        ("alerts", [("updated_at[lte]", EARLY)], ["a"]),
        ("alerts", [("created_at[date_range]", "2026-03-01~2026-03-01")], ["a", "b"]),
        ("alerts", [("status[one_of]", "firing")], ["a"]),
        ("escalations", [("updated_at[gte]", "2026-03-02")], []),
        ("escalations", [("updated_at[date_range]", "2026-02-01~2026-03-01")], ["a", "b"]),
        ("escalations", [("status[not_in]", "firing")], ["b"]),
        ("actions", [("incident_mode", "test"), ("updated_at[gte]", LATE)], ["b"]),
        ("actions", [], []),
    ],
)
def test_what_filters_leave(api, name, query, left):
    def row(row_id: str, status: str, stamp: str) -> dict[str, Any]:
        return {"id": row_id, "status": status, "created_at": stamp, "updated_at": stamp, "_mode": "test"}

    api.rows[name] = [row("a", "firing", EARLY), row("b", "resolved", LATE)]
    assert ids(api, name, *query) == left


def test_lists_of_one_incident(api):
    api.rows["incident_attachments"] = [
        {"id": n, "incident_id": incident, "resource": {"resource_type": "jira_issue", "external_id": "OPS-1"}}
        for n, incident in (("a", "i1"), ("b", "i2"))
    ]
    api.rows["incident_alerts"] = [
        {"id": n, "incident": {"id": incident}, "alert": {"id": "x"}} for n, incident in (("a", "i1"), ("b", "i2"))
    ]
    api.rows["incident_relationships"] = [{"id": "a", "incident": {"id": "i2"}, "_incident_id": "i1"}]
    assert ids(api, "incident_attachments", ("incident_id", "i2")) == ["b"]
    resource = [("resource_type", "jira_issue"), ("external_id", "OPS-1")]
    assert ids(api, "incident_attachments", *resource) == ["a", "b"]
    assert ids(api, "incident_alerts", ("incident_id", "i2")) == ["b"]
    assert ids(api, "incident_alerts", ("alert_id", "x")) == ["a", "b"]
    assert ids(api, "incident_relationships", ("incident_id", "i1")) == ["a"]
    assert ids(api, "incident_relationships", ("incident_id", "i2")) == []
    assert "_incident_id" not in ask(api, "incident_relationships", ("incident_id", "i1")).text
