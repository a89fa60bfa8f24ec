"""What is said about a dbt build, from the events and results that dbt itself leaves."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from orchestration.dbt_build import BuildResults, clean_environment, describe_failures, describe_warnings
from orchestration.last_build import last_build_succeeded
from orchestration.manifest import attach_singular_tests
from pipelines.settings import Settings, load_settings


@pytest.fixture
def home_settings(tmp_path: Path) -> Settings:
    return load_settings({"INCIDENT_MARTS_HOME": str(tmp_path)}, env_file=tmp_path / "no.env")


def result_event(unique_id: str, status: str, name: str = "LogModelResult", level: str = "info") -> dict:
    node = {"unique_id": unique_id, "node_status": status, "node_name": unique_id.rsplit(".", maxsplit=1)[-1]}
    return {"info": {"name": name, "level": level, "msg": "message"}, "data": {"node_info": node}}


def write_results(settings: Settings, which: str, *statuses: str) -> None:
    target = settings.dbt_dir / "target"
    target.mkdir(parents=True, exist_ok=True)
    results = [{"unique_id": f"model.{number}", "status": status} for number, status in enumerate(statuses)]
    (target / "run_results.json").write_text(json.dumps({"args": {"which": which}, "results": results}))


def test_nodes_are_counted_by_how_they_ended():
    results = BuildResults(total=5)
    results.note(result_event("seed.p.teams", "success", "LogSeedResult"))
    results.note(result_event("model.p.stg", "success"))
    results.note(result_event("test.p.unique", "fail", "LogTestResult", "error"))
    results.note(result_event("test.p.known", "warn", "LogTestResult", "warn"))
    results.note(result_event("model.p.mart", "skipped", "SkippingDetails"))
    assert results.done == 5
    assert results.check_counts() == {"passed": 0, "warned": 1, "failed": 1}
    assert results.skipped == ["model.p.mart"]


def test_events_that_end_no_node_are_not_counted():
    results = BuildResults(total=1)
    assert results.note(result_event("model.p.stg", "started", "LogStartLine")) is None
    assert results.note({"info": {"name": "MainReportVersion", "level": "info", "msg": "x"}, "data": {}}) is None
    assert results.done == 0


def test_a_failed_check_says_its_name_its_meaning_and_its_file():
    results = BuildResults(total=1, failed=["test.p.credits_add_up"])
    results.messages["test.p.credits_add_up"] = "Got 3 results, configured to fail if != 0"
    node = {
        "name": "credits_add_up",
        "resource_type": "test",
        "original_file_path": "tests/singular/credits_add_up.sql",
        "raw_code": "-- An incident whose weights\n-- do not add up to one.\nselect 1",
    }
    [problem] = describe_failures(results, {"nodes": {"test.p.credits_add_up": node}})
    assert problem.splitlines() == [
        "check credits_add_up failed: Got 3 results, configured to fail if != 0",
        "  what it means: An incident whose weights do not add up to one.",
        "  where: dbt_project/tests/singular/credits_add_up.sql",
    ]


def test_a_check_that_warned_says_how_many_rows_and_what_they_mean():
    results = BuildResults(total=2, passed=["test.p.fine"], warned=["test.p.durations_agree"])
    results.failing_rows["test.p.durations_agree"] = 1234
    node = {
        "name": "durations_agree",
        "resource_type": "test",
        "raw_code": "-- An incident with two\n-- different durations. Why this\n-- is no error.\nselect 1",
    }
    assert describe_warnings(results, {"nodes": {"test.p.durations_agree": node}}) == [
        "check durations_agree found 1,234 rows. An incident with two different durations."
    ]


def test_a_build_that_never_started_is_explained_by_what_dbt_logged():
    results = BuildResults(total=1)
    results.note({"info": {"name": "MainEncounteredError", "level": "error", "msg": "no such file"}, "data": {}})
    assert describe_failures(results, {"nodes": {}}) == ["no such file"]


def test_a_whole_successful_build_may_be_published(home_settings: Settings):
    write_results(home_settings, "build", "success", "pass", "warn")
    assert last_build_succeeded(home_settings)


@pytest.mark.parametrize("status", ["error", "fail", "skipped", "runtime error"])
def test_a_build_with_a_failed_or_skipped_node_may_not_be_published(home_settings: Settings, status: str):
    write_results(home_settings, "build", "success", status)
    assert not last_build_succeeded(home_settings)


def test_without_results_of_a_build_nothing_may_be_published(home_settings: Settings):
    assert not last_build_succeeded(home_settings)
    write_results(home_settings, "run", "success")
    assert not last_build_succeeded(home_settings)


def test_a_dbt_process_inherits_no_key(home_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INCIDENT_IO_API_KEY", "secret")
    with clean_environment(home_settings):
        assert "INCIDENT_IO_API_KEY" not in os.environ
        assert os.environ["INCIDENT_MARTS_AS_OF"] == home_settings.as_of_text
    assert os.environ["INCIDENT_IO_API_KEY"] == "secret"


def test_a_test_over_several_models_is_attached_to_the_one_nearest_the_end():
    def model(name: str, folder: str) -> dict:
        fqn = ["p", folder, name]
        return {
            "resource_type": "model",
            "name": name,
            "fqn": fqn,
            "package_name": "p",
            "depends_on": {"nodes": []},
        }

    manifest = {
        "nodes": {
            "model.p.stg": model("stg", "staging"),
            "model.p.b": model("b", "marts"),
            "model.p.a": model("a", "marts"),
            "test.p.t": {
                "resource_type": "test",
                "attached_node": None,
                "depends_on": {"nodes": ["model.p.stg", "model.p.b", "model.p.a"]},
            },
        }
    }
    attached = attach_singular_tests(manifest)["nodes"]["test.p.t"]["config"]["meta"]["dagster"]["ref"]
    assert attached == {"name": "a", "package": "p", "version": None}
