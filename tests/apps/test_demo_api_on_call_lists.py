"""Lists around an incident, as the real API has them: actions, attachments, alerts, escalations, schedules."""

from __future__ import annotations

import pytest
from demo_api_support import EVERY_INCIDENT, ask, incidents, rows

from apps.demo_api.access import Key
from apps.demo_api.account import Account
from apps.demo_api.company import REFERENCE_END
from apps.demo_api.server import DemoServer

SIZE = [("page_size", "50")]
STAMPED = ["/v3/follow_ups", "/v3/actions", "/v2/alerts"]
BY_DAY = "/v2/escalations"


@pytest.fixture(scope="module")
def server():
    keys = {"all": Key(), "public": Key(sees_private=False)}
    with DemoServer.generated(incidents=400, until=REFERENCE_END, keys=keys) as running:
        yield running


def listed(server, path: str, *query: tuple[str, str]) -> list[dict]:
    return rows(server, path, path.rpartition("/")[2], [*SIZE, *query])


def attachments(server, *query: tuple[str, str]) -> list[dict]:
    return ask(server, "/v1/incident_attachments", list(query)).json()["incident_attachments"]


def errors(server, path: str, *query: tuple[str, str]) -> tuple[int, str]:
    response = ask(server, path, [*SIZE, *query])
    return response.status_code, response.json()["errors"][0]["code"]


@pytest.mark.parametrize("path", STAMPED)
@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_some_lists_filter_by_instants_with_both_ends_included(server, path, field):
    everything = listed(server, path)
    stamps = sorted(row[field] for row in everything)
    low, high = stamps[len(stamps) // 3], stamps[2 * len(stamps) // 3]
    cases = {
        (f"{field}[gte]", low): [row for row in everything if row[field] >= low],
        (f"{field}[lte]", high): [row for row in everything if row[field] <= high],
        (f"{field}[date_range]", f"{low}~{high}"): [row for row in everything if low <= row[field] <= high],
        (f"{field}[date_range]", f"{low[:10]}~{high[:10]}"): [
            row for row in everything if low[:10] <= row[field][:10] <= high[:10]
        ],
    }
    for filter_, expected in cases.items():
        assert 0 < len(expected) < len(everything)
        assert listed(server, path, filter_) == expected


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_escalations_filter_by_whole_days_with_both_ends_included(server, field):
    everything = listed(server, BY_DAY)
    days = sorted(row[field][:10] for row in everything)
    low, high = days[len(days) // 3], days[2 * len(days) // 3]
    for filter_, expected in {
        (f"{field}[gte]", low): [row for row in everything if row[field][:10] >= low],
        (f"{field}[lte]", high): [row for row in everything if row[field][:10] <= high],
        (f"{field}[date_range]", f"{low}~{high}"): [row for row in everything if low <= row[field][:10] <= high],
    }.items():
        assert 0 < len(expected) < len(everything)
        assert listed(server, BY_DAY, filter_) == expected
    assert errors(server, BY_DAY, (f"{field}[gte]", f"{low}T00:00:00Z")) == (422, "invalid_value")


@pytest.mark.parametrize("path", [*STAMPED, BY_DAY])
def test_both_ends_in_two_filters_are_a_422(server, path):
    both = [("updated_at[gte]", "2024-01-01"), ("updated_at[lte]", "2024-02-01")]
    assert errors(server, path, *both) == (422, "invalid_value")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v2/alerts", ("tags[one_of]", "noisy")),
        ("/v2/alerts", ("attributes[x][one_of]", "y")),
        ("/v2/alerts", ("status[one_of]", "acked")),
        ("/v2/alerts", ("status[is]", "firing")),
        ("/v2/alerts", ("include_maintenance_window[is]", "maybe")),
        ("/v2/alerts", ("updated_at[gte]", "yesterday")),
        ("/v2/escalations", ("incident[one_of]", "x")),
        ("/v2/escalations", ("status[one_of]", "firing")),
        ("/v3/actions", ("incident_mode", "sandbox")),
    ],
)
def test_what_these_lists_cannot_do_is_a_422(server, path, query):
    assert errors(server, path, query) == (422, "invalid_value")


def test_actions_of_other_modes_need_incident_mode(server):
    modes = {row["id"]: row["mode"] for row in incidents(server, EVERY_INCIDENT)}
    default = listed(server, "/v3/actions")
    assert {modes[row["incident_id"]] for row in default} == {"standard", "retrospective"}
    found = {
        mode: listed(server, "/v3/actions", ("incident_mode", mode)) for mode in (*set(modes.values()), "stream")
    }
    for mode, actions in found.items():
        assert {modes[row["incident_id"]] for row in actions} <= {mode}
    assert found["test"]
    assert found["stream"] == []
    assert sorted(row["id"] for mode in ("standard", "retrospective") for row in found[mode]) == [
        row["id"] for row in default
    ]
    wanted = default[0]["incident_id"]
    assert listed(server, "/v3/actions", ("incident_id", wanted)) == [
        row for row in default if row["incident_id"] == wanted
    ]


@pytest.mark.parametrize("path", ["/v2/alerts", "/v2/escalations"])
def test_status_takes_one_of_and_not_in(server, path):
    everything = listed(server, path)
    wanted = everything[0]["status"]
    having = listed(server, path, ("status[one_of]", wanted))
    assert having == [row for row in everything if row["status"] == wanted]
    others = listed(server, path, ("status[not_in]", wanted))
    assert others == [row for row in everything if row["status"] != wanted]
    assert others


def test_alerts_by_source_and_deduplication_key_and_escalations_by_path(server):
    alerts, escalations = listed(server, "/v2/alerts"), listed(server, "/v2/escalations")
    source = alerts[0]["alert_source_id"]
    assert listed(server, "/v2/alerts", ("alert_source[one_of]", source)) == [
        row for row in alerts if row["alert_source_id"] == source
    ]
    for held in ("true", "false"):
        assert listed(server, "/v2/alerts", ("include_maintenance_window[is]", held)) == alerts
    key = alerts[7]["deduplication_key"]
    assert listed(server, "/v2/alerts", ("deduplication_key[is]", key)) == [alerts[7]]
    path = escalations[0]["escalation_path_id"]
    assert listed(server, "/v2/escalations", ("escalation_path[not_in]", path)) == [
        row for row in escalations if row["escalation_path_id"] != path
    ]


def test_links_of_one_incident_of_one_alert_and_of_both(server):
    links = listed(server, "/v2/incident_alerts")
    incident, alert = links[5]["incident"]["id"], links[5]["alert"]["id"]
    of_incident = [row for row in links if row["incident"]["id"] == incident]
    assert listed(server, "/v2/incident_alerts", ("incident_id", incident)) == of_incident
    assert listed(server, "/v2/incident_alerts", ("alert_id", alert)) == [links[5]]
    assert listed(server, "/v2/incident_alerts", ("incident_id", incident), ("alert_id", alert)) == [links[5]]
    assert listed(server, "/v2/incident_alerts", ("incident_id", incident), ("alert_id", "x")) == []
    assert listed(server, "/v2/incident_alerts", ("incident_id", "x")) == []


def test_attachments_of_an_incident_and_of_an_external_resource(server):
    ids = [row["id"] for row in incidents(server, EVERY_INCIDENT)]
    by_incident = {incident_id: attachments(server, ("incident_id", incident_id)) for incident_id in ids}
    everything = [row for found in by_incident.values() for row in found]
    assert all(row["incident_id"] == key for key, found in by_incident.items() for row in found)
    one = next(row for row in everything if row["resource"]["resource_type"] == "github_pull_request")
    resource = [(name, one["resource"][name]) for name in ("resource_type", "external_id")]
    assert attachments(server, *resource) == [one]
    assert attachments(server, *resource, ("incident_id", one["incident_id"])) == [one]
    other = next(key for key, found in by_incident.items() if found and key != one["incident_id"])
    assert attachments(server, *resource, ("incident_id", other)) == []
    assert attachments(server, ("resource_type", "jira_issue"), ("external_id", "no such issue")) == []


def participants(server, incident_id: str) -> dict:
    return ask(server, "/v2/incident_participants", [("incident_id", incident_id)]).json()["incident_participants"]


def test_participants_are_those_who_help_with_the_role_holders_first_and_those_who_look_on(server):
    kinds = set()
    for row in incidents(server, EVERY_INCIDENT):
        found = participants(server, row["id"])
        holders = {one["assignee"]["id"] for one in row["incident_role_assignments"] if "assignee" in one}
        helping, watching = ([one["user"]["id"] for one in found[name]] for name in ("active", "passive"))
        assert set(helping[: len(holders)]) == holders
        assert len(helping + watching) == len({*helping, *watching})
        assert {one["participant_type"] for one in found["active"]} <= {"responder", "collaborator"}
        kinds |= {one["participant_type"] for one in found["active"] + found["passive"]}
    assert kinds == {"responder", "collaborator", "observer"}


@pytest.mark.parametrize(
    "path", ["/v1/incident_attachments", "/v1/incident_relationships", "/v2/incident_participants"]
)
def test_a_list_of_an_unknown_incident_is_a_404(server, path):
    assert errors(server, path, ("incident_id", "01NOSUCHINCIDENT")) == (404, "resource_not_found")


def test_relationships_are_seen_from_both_sides(server):
    everything = incidents(server, EVERY_INCIDENT)
    pairs = {
        (row["id"], other["incident"]["id"])
        for row in everything
        for other in rows(
            server, "/v1/incident_relationships", "incident_relationships", [("incident_id", row["id"])]
        )
    }
    assert pairs
    assert {pair[::-1] for pair in pairs} == pairs


def test_next_shifts_come_on_small_pages_alone_and_schedules_have_a_total(server):
    small = ask(server, "/v2/schedules", [("page_size", "25")]).json()
    large = ask(server, "/v2/schedules", [("page_size", "26")]).json()
    assert all(row["next_shifts"] for row in small["schedules"])
    assert large["schedules"] == [
        {name: value for name, value in row.items() if name != "next_shifts"} for row in small["schedules"]
    ]
    assert small["pagination_meta"]["total_record_count"] == len(small["schedules"]) > 3


def test_older_lists_can_repeat_the_cursor_on_the_last_page_and_the_newest_do_not():
    with DemoServer.generated(incidents=30, until=REFERENCE_END, last_page_cursor=True) as server:
        for path in ("/v2/alerts", "/v2/incident_alerts", "/v2/escalations", "/v2/schedules"):
            body = ask(server, path, SIZE).json()
            while body[path.rpartition("/")[2]]:
                after = body["pagination_meta"]["after"]
                body = ask(server, path, [*SIZE, ("after", after)]).json()
            assert "after" not in body.get("pagination_meta", {})
        assert "after" not in ask(server, "/v3/actions", [("page_size", "250")]).json()["pagination_meta"]


@pytest.mark.parametrize(
    "path", ["/v2/incident_updates", "/v2/alerts", "/v2/incident_alerts", "/v2/escalations", "/v3/actions"]
)
def test_lists_whose_order_is_not_documented_can_come_newest_first(server, path):
    with DemoServer(newest_first=True) as other:
        other.api.account = server.api.account
        other.api.account.selections.clear()
        there = listed(other, path)
        server.api.account.selections.clear()
    here = listed(server, path)
    assert there == (here if path == "/v3/actions" else here[::-1])


def test_what_belongs_to_private_incidents_needs_a_key_that_may_see_them(server):
    private = {row["id"] for row in incidents(server, EVERY_INCIDENT) if row["visibility"] == "private"}
    incident_of = {
        "/v3/actions": lambda row: row["incident_id"],
        "/v2/incident_alerts": lambda row: row["incident"]["id"],
        "/v2/escalations": lambda row: row["related_incidents"][0]["id"],
    }
    for path, incident in incident_of.items():
        everything = listed(server, path)
        public = rows_with_key(server, path, "public")
        assert public == [row for row in everything if incident(row) not in private]
        assert len(public) < len(everything)
    for path in ("/v1/incident_attachments", "/v1/incident_relationships", "/v2/incident_participants"):
        query = [("incident_id", next(iter(private)))]
        assert ask(server, path, query).status_code == 200
        assert ask(server, path, query, key="public").status_code == 404


def rows_with_key(server, path: str, key: str) -> list[dict]:
    before, server.api_key = server.api_key, key
    try:
        return listed(server, path)
    finally:
        server.api_key = before


def test_a_hand_made_account_can_have_them_too():
    stamps = {"created_at": "2024-01-02T00:00:00Z", "updated_at": "2024-01-02T00:00:00Z"}
    status = {"id": "st-1", "name": "Closed", "category": "closed", "rank": 6, "description": ""}
    incident = {"id": "i", "mode": "test", "visibility": "public", "incident_status": status, **stamps}
    account = Account(
        incidents=[incident],
        actions=[{"id": "a", "incident_id": "i", "status": "outstanding", **stamps}],
        incident_relationships=[{"id": "r", "incident_id": "i", "incident": {"id": "j", "external_id": 2}}],
        incident_participants=[{"id": "i", "active": [], "passive": [{"user": {"id": "u"}}]}],
        escalations=[
            {"id": number, "status": "acked", "related_incidents": [], "related_alerts": [], **stamps}
            for number in ("e2", "e1")
        ],
    )
    with DemoServer(account) as server:
        assert participants(server, "i") == {"active": [], "passive": [{"user": {"id": "u"}}]}
        assert listed(server, "/v3/actions") == []
        assert [row["id"] for row in listed(server, "/v3/actions", ("incident_mode", "test"))] == ["a"]
        body = ask(server, "/v1/incident_relationships", [("incident_id", "i")]).json()
        assert body["incident_relationships"] == [{"id": "r", "incident": {"id": "j", "external_id": 2}}]
        assert [row["id"] for row in listed(server, "/v2/escalations")] == ["e1", "e2"]
