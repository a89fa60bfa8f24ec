"""What surrounds the incidents of the generated company: it happens in order, agrees with them, and stays."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from demo_api_support import tables

from apps.demo_api.company import REFERENCE_END, build_account


@pytest.fixture(scope="module")
def company() -> dict:
    return tables(build_account(until=REFERENCE_END))


def stamps_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [
            stamp
            for key, part in value.items()
            for stamp in ([part] if key.endswith("_at") and isinstance(part, str) else stamps_in(part))
        ]
    return [stamp for part in value for stamp in stamps_in(part)] if isinstance(value, list) else []


@pytest.mark.parametrize("resource", ["actions", "alerts", "incident_alerts", "escalations"])
def test_nothing_around_an_incident_has_happened_after_until(resource):
    until = REFERENCE_END - timedelta(days=200, hours=3)
    rows = tables(build_account(incidents=600, until=until))[resource]
    assert rows
    assert all(datetime.fromisoformat(stamp) <= until for stamp in stamps_in(rows))


def test_an_alert_is_listed_before_the_incident_that_it_raises():
    after = tables(build_account(incidents=300, until=REFERENCE_END))
    alerts = {row["id"]: datetime.fromisoformat(row["created_at"]) for row in after["alerts"]}
    raised = [row for row in after["incidents"] if "alert" in row["creator"]]
    assert raised
    for incident in raised[:5]:
        fired = alerts[incident["creator"]["alert"]["id"]]
        declared = datetime.fromisoformat(incident["created_at"])
        assert timedelta() < declared - fired < timedelta(minutes=1)
        then = tables(build_account(incidents=300, until=fired))
        assert incident["creator"]["alert"]["id"] in {row["id"] for row in then["alerts"]}
        assert incident["id"] not in {row["id"] for row in then["incidents"]}
        assert incident["id"] not in {row["incident"]["id"] for row in then["incident_alerts"]}


def test_attaching_something_does_not_touch_the_incident():
    earlier = REFERENCE_END - timedelta(days=30)
    before = tables(build_account(incidents=600, until=earlier))
    after = tables(build_account(incidents=600, until=REFERENCE_END))
    old, new = ({row["id"]: row for row in account["incident_attachments"]} for account in (before, after))
    assert all(new[key] == row for key, row in old.items())
    was = {row["id"]: row["updated_at"] for row in before["incidents"]}
    now = {row["id"]: row["updated_at"] for row in after["incidents"]}
    late = {new[key]["incident_id"] for key in new.keys() - old.keys()} & was.keys()
    assert any(was[incident_id] == now[incident_id] for incident_id in late)


def test_there_are_as_many_records_around_an_incident_as_a_company_would_have(company):
    count = len(company["incidents"])
    shares = {name: len(company[name]) / count for name in company}
    assert 0.45 < shares["incident_alerts"] < 0.7
    assert shares["alerts"] > shares["incident_alerts"] + 0.1
    assert 0.25 < shares["escalations"] < 0.35
    assert 0.25 < len({row["incident_id"] for row in company["incident_attachments"]}) / count < 0.35
    assert 0.5 < shares["actions"] < 1
    assert 3 < len(company["schedules"]) < 10
    assert {row["status"] for row in company["alerts"]} == {"firing", "resolved"}
    assert {row["status"] for row in company["escalations"]} >= {"acked", "resolved", "expired", "cancelled"}
    assert {row["status"] for row in company["actions"]} == {"outstanding", "completed", "not_doing", "deleted"}


def test_links_embed_the_alert_and_the_incident_as_they_are(company):
    spelled = {"live": "active", "learning": "post-incident"}
    alerts = {row["id"]: row for row in company["alerts"]}
    by_id = {row["id"]: row for row in company["incidents"]}
    links = company["incident_alerts"]
    for link in links:
        alert, incident = alerts[link["alert"]["id"]], by_id[link["incident"]["id"]]
        assert link["alert"] == {key: alert[key] for key in link["alert"]}
        category = incident["incident_status"]["category"]
        assert link["incident"]["status_category"] == spelled.get(category, category)
        assert incident["reference"] == f"INC-{link['incident']['external_id']}" == link["incident"]["reference"]
    assert len({link["alert"]["id"] for link in links}) == len(links) < len(alerts)
    assert {"alert_route_id" in link for link in links} == {True, False}
    linked = {(link["alert"]["id"], link["incident"]["id"]) for link in links}
    for row in company["incidents"]:
        if "alert" in row["creator"]:
            alert = alerts[row["creator"]["alert"]["id"]]
            assert alert["title"] == row["creator"]["alert"]["title"]
            assert (alert["id"], row["id"]) in linked or row["created_at"] > "2026-11-22T23:5"


def test_escalations_tell_what_happened_in_order(company):
    for row in company["escalations"]:
        stamps = [datetime.fromisoformat(event["occurred_at"]) for event in row["events"]]
        assert stamps == sorted(stamps)
        assert row["created_at"] == row["events"][0]["occurred_at"]
        assert row["updated_at"] == row["events"][-1]["occurred_at"]
        assert row["related_incidents"][0]["name"] == row["title"]


def test_attachments_name_pull_requests_issues_and_pages(company):
    resources = [row["resource"] for row in company["incident_attachments"]]
    kinds = Counter(resource["resource_type"] for resource in resources)
    assert set(kinds) >= {
        "github_pull_request", "datadog_monitor_alert", "jira_issue", "statuspage_incident", "scrubbed",
    }  # fmt: skip
    assert kinds.most_common(1)[0][0] == "github_pull_request"
    for resource in resources:
        if resource["resource_type"] == "github_pull_request":
            assert re.fullmatch(r"https://github\.com/havn/[a-z0-9-]+/pull/[1-9]\d*", resource["permalink"])


def test_shifts_of_a_schedule_follow_each_other():
    for until in (REFERENCE_END, REFERENCE_END - timedelta(days=100)):
        for row in tables(build_account(incidents=1, until=until))["schedules"]:
            [now], [then] = row["current_shifts"], row["next_shifts"]
            assert datetime.fromisoformat(now["start_at"]) <= until < datetime.fromisoformat(now["end_at"])
            assert now["end_at"] == then["start_at"]
            assert now["user"] != then["user"]


@pytest.fixture(scope="module")
def growing() -> list[dict]:
    instants = [REFERENCE_END - timedelta(days=days) for days in (90, 60, 30, 0)]
    return [tables(build_account(incidents=900, until=until)) for until in instants]


@pytest.mark.parametrize(
    "resource",
    ["incidents", "incident_updates", "follow_ups", "actions", "alerts", "incident_alerts", "escalations"],
)
def test_what_a_later_until_adds_to_a_list_stands_at_its_end(growing, resource):
    ids = [[row["id"] for row in account[resource]] for account in growing]
    for before, after in pairwise(ids):
        assert after[: len(before)] == before
        assert len(after) > len(before)
    assert ids[-1] == sorted(set(ids[-1]))
