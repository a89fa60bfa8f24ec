"""Lists of the demo API: pages, default hiding and filters, as the real API has them."""

from __future__ import annotations

import pytest
from demo_api_support import ALL_CATEGORIES, ALL_MODES, EVERY_INCIDENT, ask, incidents, pages, queries_for, rows

from apps.demo_api.company import REFERENCE_END
from apps.demo_api.endpoints import ENDPOINTS
from apps.demo_api.server import DemoServer

SIZE = 280


@pytest.fixture(scope="module")
def server():
    with DemoServer.generated(incidents=SIZE, until=REFERENCE_END) as running:
        yield running


LISTS = [endpoint for endpoint in ENDPOINTS if endpoint.empty is None]


@pytest.mark.parametrize("endpoint", LISTS, ids=lambda endpoint: endpoint.resource)
def test_pages_of_every_list_are_complete_and_disjoint(server, endpoint):
    is_large = endpoint.resource in ("incidents", "incident_updates")
    size = [("page_size", "60" if is_large else "7")] if endpoint.paging else []
    ids = [
        row["id"]
        for query in queries_for(server, endpoint)
        for row in rows(server, endpoint.path, endpoint.resource, size + query)
    ]
    table = server.api.account.tables[endpoint.resource]
    assert len(ids) == len(table)
    assert set(ids) == {table.load(position)["id"] for position in range(len(table))}


def test_page_size_500_on_incidents_is_silently_answered_with_250(server):
    body = ask(server, "/v2/incidents", [("page_size", "500"), *EVERY_INCIDENT]).json()
    assert len(body["incidents"]) == body["pagination_meta"]["page_size"] == 250


def test_the_default_page_has_25_records(server):
    assert len(ask(server, "/v2/incidents").json()["incidents"]) == 25


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/v2/incidents", "501"),
        ("/v3/teams", "251"),
        ("/v2/users", "10001"),
        ("/v2/alerts", "51"),
        ("/v2/incident_alerts", "51"),
        ("/v2/escalations", "51"),
        ("/v2/schedules", "10001"),
        ("/v3/actions", "251"),
        ("/v3/teams", "0"),
        ("/v3/teams", "ten"),
    ],
)
def test_a_page_size_out_of_range_is_a_422(server, path, size):
    response = ask(server, path, [("page_size", size)])
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "invalid_value"


def test_users_may_come_in_one_page_of_ten_thousand(server):
    body = ask(server, "/v2/users", [("page_size", "10000"), ("include_inactive", "true")]).json()
    assert len(body["users"]) == len(server.api.account.tables["users"])


@pytest.mark.parametrize(
    ("path", "query", "missing"),
    [
        ("/v3/catalog_entries", [("catalog_type_id", "x")], "page_size"),
        ("/v3/catalog_entries", [("page_size", "10")], "catalog_type_id"),
        ("/v1/custom_field_options", [], "custom_field_id"),
        ("/v2/alerts", [], "page_size"),
        ("/v2/incident_alerts", [], "page_size"),
        ("/v1/incident_relationships", [], "incident_id"),
        ("/v2/incident_participants", [], "incident_id"),
        ("/v1/incident_attachments", [], "incident_id"),
        ("/v1/incident_attachments", [("resource_type", "jira_issue")], "incident_id"),
        ("/v1/incident_attachments", [("external_id", "OPS-1")], "incident_id"),
    ],
)
def test_a_missing_required_parameter_is_a_422_that_names_it(server, path, query, missing):
    response = ask(server, path, query)
    assert response.status_code == 422
    error = response.json()["errors"][0]
    assert (error["code"], error["source"]["field"]) == ("is_required", missing)


def test_the_last_page_has_no_cursor_and_totals_only_where_the_api_has_them(server):
    query = [("page_size", "250"), *EVERY_INCIDENT]
    first = ask(server, "/v2/incidents", query).json()["pagination_meta"]
    last = ask(server, "/v2/incidents", [*query, ("after", first["after"])]).json()["pagination_meta"]
    assert first["total_record_count"] == last["total_record_count"] == SIZE
    assert "after" not in last
    assert "total_record_count" not in ask(server, "/v3/teams").json()["pagination_meta"]


def test_an_exactly_full_last_page_has_no_cursor(server):
    size = len(server.api.account.tables["teams"])
    assert "after" not in ask(server, "/v3/teams", [("page_size", str(size))]).json()["pagination_meta"]


def test_older_lists_can_repeat_the_cursor_on_the_last_page_and_end_with_an_empty_one():
    with DemoServer.generated(incidents=30, until=REFERENCE_END, last_page_cursor=True) as server:
        first = ask(server, "/v2/incidents", [("page_size", "250"), *EVERY_INCIDENT]).json()
        after = first["pagination_meta"]["after"]
        assert after == first["incidents"][-1]["id"]
        end = ask(server, "/v2/incidents", [("page_size", "250"), *EVERY_INCIDENT, ("after", after)]).json()
        assert end == {"incidents": []}
        assert "after" not in ask(server, "/v3/teams", [("page_size", "250")]).json()["pagination_meta"]


def test_an_unknown_cursor_is_a_404(server):
    response = ask(server, "/v2/incidents", [("after", "01NOSUCHINCIDENT")])
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "resource_not_found")


def test_by_default_test_and_tutorial_modes_and_void_categories_are_hidden(server):
    everything = incidents(server, EVERY_INCIDENT)
    shown = incidents(server)
    assert len(shown) < len(everything)
    assert {row["mode"] for row in shown} == {"standard", "retrospective"}
    assert {row["incident_status"]["category"] for row in shown} <= {
        "triage",
        "live",
        "learning",
        "closed",
        "paused",
    }
    expected = [
        row["id"]
        for row in everything
        if row["mode"] in ("standard", "retrospective")
        and row["incident_status"]["category"] not in ("declined", "canceled", "merged")
    ]
    assert [row["id"] for row in shown] == expected


def test_all_modes_alone_still_hide_declined_incidents(server):
    categories = {row["incident_status"]["category"] for row in incidents(server, ALL_MODES)}
    assert not categories & {"declined", "canceled", "merged"}
    modes = {row["mode"] for row in incidents(server, ALL_CATEGORIES)}
    assert modes == {"standard", "retrospective"}


def test_status_severity_and_type_filters_take_one_of_and_not_in(server):
    everything = incidents(server, EVERY_INCIDENT)
    sample = next(row for row in everything if "severity" in row and "incident_type" in row)
    for name, part in (
        ("status", "incident_status"),
        ("severity", "severity"),
        ("incident_type", "incident_type"),
    ):
        wanted = sample[part]["id"]
        having = incidents(server, [*EVERY_INCIDENT, (f"{name}[one_of]", wanted)])
        others = incidents(server, [*EVERY_INCIDENT, (f"{name}[not_in]", wanted)])
        assert {row[part]["id"] for row in having} == {wanted}
        assert wanted not in {row.get(part, {}).get("id") for row in others}
        assert len(having) + len(others) == len(everything)


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_incident_dates_filter_by_whole_days_with_both_ends_included(server, field):
    everything = incidents(server, EVERY_INCIDENT)
    days = sorted(row[field][:10] for row in everything)
    low, high = days[len(days) // 3], days[2 * len(days) // 3]
    cases = {
        (f"{field}[gte]", low): [row for row in everything if row[field][:10] >= low],
        (f"{field}[lte]", high): [row for row in everything if row[field][:10] <= high],
        (f"{field}[date_range]", f"{low}~{high}"): [row for row in everything if low <= row[field][:10] <= high],
    }
    for filter_, expected in cases.items():
        assert [row["id"] for row in incidents(server, [*EVERY_INCIDENT, filter_])] == [
            row["id"] for row in expected
        ]


@pytest.mark.parametrize(
    "query",
    [
        [("updated_at[gte]", "2024-01-01T00:00:00Z")],
        [("updated_at[gte]", "2024-01-01"), ("updated_at[lte]", "2024-02-01")],
        [("created_at[date_range]", "2024-01-01")],
        [("created_at[date_range]", "2024-01-01~2024-02-31")],
        [("created_at[after]", "2024-01-01")],
        [("mode[one_of]", "stream")],
        [("mode[not_in]", "test")],
        [("status_category[one_of]", "active")],
        [("sort_by", "updated_at")],
        [("filter_mode", "any")],
        [("custom_field[x][one_of]", "y")],
    ],
)
def test_what_the_incident_list_cannot_do_is_a_422(server, query):
    response = ask(server, "/v2/incidents", query)
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "invalid_value"


def test_incidents_come_newest_first_and_can_be_reversed(server):
    newest_first = incidents(server, EVERY_INCIDENT)
    oldest_first = incidents(server, [*EVERY_INCIDENT, ("sort_by", "created_at_oldest_first")])
    assert [row["id"] for row in newest_first] == [row["id"] for row in reversed(oldest_first)]
    assert [row["id"] for row in oldest_first] == sorted(row["id"] for row in oldest_first)


def test_one_incident_is_found_by_id_and_by_number(server):
    row = incidents(server)[0]
    for identifier in (row["id"], row["reference"].removeprefix("INC-")):
        assert ask(server, f"/v2/incidents/{identifier}").json() == {"incident": row}
    assert ask(server, "/v2/incidents/01NOSUCHINCIDENT").status_code == 404


def test_follow_ups_of_other_modes_need_incident_mode(server):
    modes = {row["id"]: row["mode"] for row in incidents(server, EVERY_INCIDENT)}
    default = rows(server, "/v3/follow_ups", "follow_ups", [("page_size", "250")])
    assert {modes[row["incident_id"]] for row in default} == {"standard", "retrospective"}
    for mode in ("standard", "retrospective", "test", "tutorial"):
        found = rows(server, "/v3/follow_ups", "follow_ups", [("page_size", "250"), ("incident_mode", mode)])
        assert {modes[row["incident_id"]] for row in found} <= {mode}
    assert ask(server, "/v3/follow_ups", [("incident_mode", "sandbox")]).status_code == 422


def test_follow_ups_filter_by_full_timestamps_and_come_by_id(server):
    everything = rows(server, "/v3/follow_ups", "follow_ups", [("page_size", "250")])
    assert [row["id"] for row in everything] == sorted(row["id"] for row in everything)
    instant = sorted(row["updated_at"] for row in everything)[len(everything) // 2]
    later = rows(server, "/v3/follow_ups", "follow_ups", [("page_size", "250"), ("updated_at[gte]", instant)])
    assert 0 < len(later) < len(everything)
    day = instant[:10]
    whole_day = rows(server, "/v3/follow_ups", "follow_ups", [("updated_at[date_range]", f"{day}~{day}")])
    assert [row["id"] for row in whole_day] == [row["id"] for row in everything if row["updated_at"][:10] == day]


def test_updates_can_be_read_for_one_incident(server):
    everything = rows(server, "/v2/incident_updates", "incident_updates", [("page_size", "250")])
    wanted = everything[0]["incident_id"]
    found = rows(server, "/v2/incident_updates", "incident_updates", [("incident_id", wanted)])
    assert found == [row for row in everything if row["incident_id"] == wanted]


def test_inactive_users_are_hidden_by_default(server):
    active = rows(server, "/v2/users", "users", [("page_size", "250")])
    everybody = rows(server, "/v2/users", "users", [("page_size", "250"), ("include_inactive", "true")])
    assert all(row["is_active"] for row in active)
    assert [row for row in everybody if row["is_active"]] == active
    assert len(active) < len(everybody)
    assert ask(server, "/v2/users", [("include_inactive", "yes")]).status_code == 422


def test_catalog_entries_belong_to_the_type_asked_for_and_can_be_found_by_alias(server):
    types = ask(server, "/v3/catalog_types").json()["catalog_types"]
    services = next(row for row in types if "service" in row["categories"])
    query = [("catalog_type_id", services["id"]), ("page_size", "250")]
    body = ask(server, "/v3/catalog_entries", query).json()
    assert body["catalog_type"] == services
    assert {row["catalog_type_id"] for row in body["catalog_entries"]} == {services["id"]}
    named = ask(server, "/v3/catalog_entries", [*query, ("identifier", "pgw")]).json()["catalog_entries"]
    assert [row["name"] for row in named] == ["Payment Gateway"]
    assert ask(server, "/v3/catalog_entries", [("catalog_type_id", "x"), ("page_size", "9")]).status_code == 404


def test_pages_can_be_any_size(server):
    whole = [row["id"] for row in incidents(server)]
    for size in (1, 249, 250):
        query = [("page_size", str(size)), ("created_at[gte]", "2026-06-01")]
        by_page = pages(server, "/v2/incidents", "incidents", query)
        assert all(len(page) <= size for page in by_page)
        assert [row["id"] for page in by_page for row in page] == whole[: sum(map(len, by_page))]
