"""Ways to run the demo API: hand-made accounts, a process of its own, the module, and large tables."""

from __future__ import annotations

import subprocess
import sys

import orjson
import pytest
import requests
from demo_api_support import ask, incidents, rows

from apps.demo_api.account import Account
from apps.demo_api.company import REFERENCE_END, build_account
from apps.demo_api.endpoints import ENDPOINTS
from apps.demo_api.records import RecordTable
from apps.demo_api.server import DemoServer


def hand_made(incident_id: str, created_at: str, **changes) -> dict:
    status = {"id": "st-1", "name": "Closed", "category": "closed", "rank": 6, "description": ""}
    return {
        "reference": "INC-1",
        "name": "made by hand",
        "id": incident_id,
        "mode": "standard",
        "visibility": "public",
        "incident_status": status,
        "created_at": created_at,
        "updated_at": created_at,
    } | changes


def test_an_empty_account_answers_every_list_with_nothing():
    with DemoServer(Account()) as server:
        for endpoint in ENDPOINTS:
            if not endpoint.required and endpoint.resource != "incident_attachments":
                body = ask(server, endpoint.path, [("page_size", "25")]).json()
                assert body[endpoint.resource] == []
                assert "after" not in body.get("pagination_meta", {})


def test_a_hand_made_account_is_served_newest_first_whatever_its_order_and_ids():
    records = [
        hand_made("b", "2024-01-02T00:00:00.5Z"),
        hand_made("z", "2024-01-01T00:00:00Z", mode="tutorial"),
        hand_made("a", "2024-01-03T00:00:00+01:00"),
        hand_made("c", "2024-01-02T00:00:00.49Z"),
    ]
    with DemoServer(Account(incidents=records)) as server:
        assert [row["id"] for row in incidents(server)] == ["a", "b", "c"]
        one_by_one = rows(server, "/v2/incidents", "incidents", [("page_size", "1")])
        assert [row["id"] for row in one_by_one] == ["a", "b", "c"]
        assert ask(server, "/v2/incidents/z").json()["incident"]["mode"] == "tutorial"


def test_the_served_account_can_be_changed_while_running():
    with DemoServer(Account()) as server:
        assert incidents(server) == []
        server.serve_account(Account(incidents=[hand_made("a", "2024-01-03T00:00:00Z")]))
        assert [row["id"] for row in incidents(server)] == ["a"]


def test_a_cursor_keeps_its_place_when_a_filter_hides_it():
    records = [
        hand_made(f"i{n}", f"2024-01-0{n}T00:00:00Z", mode="test" if n == 2 else "standard") for n in (1, 2, 3)
    ]
    with DemoServer(Account(incidents=records)) as server:
        body = ask(server, "/v2/incidents", [("after", "i2")]).json()
        assert [row["id"] for row in body["incidents"]] == ["i1"]
        oldest_day = ("created_at[lte]", "2024-01-01")
        body = ask(server, "/v2/incidents", [("after", "i2"), oldest_day]).json()
        assert [row["id"] for row in body["incidents"]] == ["i1"]
        body = ask(server, "/v2/incidents", [("after", "i1"), oldest_day]).json()
        assert body["incidents"] == []


def test_a_generated_company_can_run_in_a_process_of_its_own():
    until = REFERENCE_END
    with DemoServer.generated(incidents=40, until=until, subprocess=True) as server:
        assert server.pid
        there = incidents(server)
        url = server.url
    with DemoServer.generated(incidents=40, until=until) as server:
        assert incidents(server) == there
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/v1/identity", timeout=2)


def test_the_module_refuses_a_key_variable_that_is_not_set():
    command = [sys.executable, "-m", "apps.demo_api", "--api-key-env", "NO_SUCH_VARIABLE"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "NO_SUCH_VARIABLE is not set" in done.stderr


def test_until_must_have_an_offset():
    with pytest.raises(ValueError, match="UTC offset"):
        build_account(incidents=1, until=REFERENCE_END.replace(tzinfo=None))


def test_the_package_imports_nothing_heavy():
    heavy = "{'dlt', 'duckdb', 'dagster', 'pyarrow', 'pandas', 'requests'}"
    code = f"import sys, apps.demo_api.serve, apps.demo_api.server; print({heavy} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )


def test_a_table_larger_than_its_buffer_reads_back_the_same(monkeypatch):
    monkeypatch.setattr("apps.demo_api.records.MEMORY_LIMIT", 1000)
    table = RecordTable()
    for number in range(300):
        table.append({"text": "ü" * (number % 90), "id": f"{number:04d}"})
    everything = [table.load(position) for position in range(300)]
    assert [row["id"] for row in everything] == [f"{number:04d}" for number in range(300)]
    for positions in (range(299, -1, -1), [3, 200, 299], range(140, 160), []):
        assert [orjson.loads(data) for data in table.read(positions)] == [everything[p] for p in positions]
    assert table.position_of("0123") == 123
    assert table.position_of("x") is None


def test_ids_are_found_although_they_do_not_ascend():
    table = RecordTable()
    for record_id in ("m", "a", "z", "b"):
        table.append({"id": record_id})
    assert [table.position_of(record_id) for record_id in ("a", "b", "m", "z", "q")] == [1, 3, 0, 2, None]
