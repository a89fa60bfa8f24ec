"""Attachments: one request for each incident, for those that changed and the young, within a budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.incident_io.errors import ApiUnreachableError
from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, Answer, FakeApi, error
from tests.pipelines.per_incident import AS_OF, asked_about, days_ago, ever_older_incidents, stored_in
from tests.pipelines.test_incident_io_load import incident, run

PATH = "/v1/incident_attachments"


def attachment(name: str, number: int) -> dict[str, Any]:
    resource = {"resource_type": "github_pull_request", "external_id": name, "title": name, "permalink": "x"}
    return {"id": name, "incident_id": f"I{number:05d}", "resource": resource}


@pytest.fixture
def api() -> Iterator[FakeApi]:
    """Incident n was created n * 10 days ago, so 0 is young and 9 is at the edge of what is read first."""
    with FakeApi() as api:
        api.rows["incidents"] = ever_older_incidents(12)
        api.rows["incident_attachments"] = [attachment("a0", 0), attachment("a3", 3), attachment("a11", 11)]
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: FakeApi) -> Settings:
    return Settings(home=tmp_path / "home", seeds=tmp_path, as_of=AS_OF, api_url=api.url, api_key=KEY)


def asked(api: FakeApi) -> set[int]:
    return asked_about(api, PATH)


def stored(settings: Settings) -> list[tuple[str, bool]]:
    return stored_in(settings, "incident_attachments")


def test_the_first_run_asks_about_recent_incidents(api: FakeApi, settings: Settings) -> None:
    run(settings)
    assert asked(api) == set(range(10))
    assert stored(settings) == [("a0", False), ("a3", False)]


def test_how_far_back_is_a_setting(api: FakeApi, settings: Settings) -> None:
    run(replace(settings, attachment_days=3650))
    assert asked(api) == set(range(12))


def test_later_runs_ask_about_incidents_that_changed_and_young_ones(api: FakeApi, settings: Settings) -> None:
    run(settings)
    asked(api)
    api.rows["incident_attachments"].append(attachment("b0", 0))
    run(settings)
    assert asked(api) == {0}
    assert ("b0", False) in stored(settings)
    api.rows["incidents"][0]["updated_at"] = days_ago(0)
    run(settings)
    assert asked(api) == {0, 11}
    assert ("a11", False) in stored(settings)


def test_a_sweep_asks_about_old_incidents_that_changed_just_then(api: FakeApi, settings: Settings) -> None:
    run(settings)
    asked(api)
    api.rows["incidents"][0]["updated_at"] = days_ago(0)
    run(replace(settings, as_of=AS_OF + timedelta(days=7)))
    assert asked(api) == {*range(9), 11}


def test_what_the_budget_leaves_over_is_owed_to_the_next_runs(api: FakeApi, settings: Settings) -> None:
    thrifty = replace(settings, attachment_requests=4)
    report = run(thrifty)
    assert asked(api) == {0, 1, 2, 3}
    assert [warning for warning in report.warnings if "6 wait for the next" in warning]
    run(thrifty)
    assert asked(api) == {0, 4, 5, 6}
    run(thrifty)
    assert asked(api) == {0, 7, 8, 9}
    assert [warning for warning in run(thrifty).warnings if "wait for the next" in warning] == []
    assert asked(api) == {0}


def test_attachments_that_were_taken_off_are_marked_and_others_are_not(api: FakeApi, settings: Settings) -> None:
    run(settings)
    del api.rows["incident_attachments"][0:2]
    run(settings)
    # Of the two only the young incident was asked about.
    assert stored(settings) == [("a0", True), ("a3", False)]
    run(settings, full_refresh=True)
    assert stored(settings) == [("a0", True), ("a3", True)]


def test_an_incident_that_went_away_is_skipped(api: FakeApi, settings: Settings) -> None:
    def gone(path: str, params: dict[str, list[str]]) -> None:
        if params.get("incident_id") == ["I00003"]:
            api.faults[path].append(error(404, "resource_not_found"))

    api.before_answer = gone
    report = run(settings)
    assert stored(settings) == [("a0", False)]
    assert [warning for warning in report.warnings if "I00003 went away" in warning]


def test_a_missing_scope_leaves_the_debt_as_it_was(api: FakeApi, settings: Settings) -> None:
    thrifty = replace(settings, attachment_requests=4)
    run(thrifty)
    api.always[PATH] = error(403, "missing_required_scope", scope="attachments.view")
    report = run(thrifty)
    assert report.missing_scopes == {"incident_attachments": "attachments.view"}
    api.always.clear()
    api.requests.clear()
    run(thrifty)
    assert asked(api) == {0, 4, 5, 6}


def test_only_needed_and_named_catalog_types_are_read(api: FakeApi, settings: Settings) -> None:
    api.rows["catalog_types"] = [
        {"id": "ct1", "name": "Team", "is_team_type": True, "categories": []},
        {"id": "ct2", "name": "GitHub repository", "type_name": "GithubRepository", "categories": []},
        {"id": "ct3", "name": "Product", "type_name": 'Custom["Product"]', "categories": []},
    ]

    def types(**more: Any) -> set[str]:
        api.requests.clear()
        run(replace(settings, **more))
        return {params["catalog_type_id"][0] for params in api.params("/v3/catalog_entries")}

    assert types() == {"ct1"}
    assert types(catalog_types=("Product",)) == {"ct1", "ct3"}
    assert types(catalog_types=("GithubRepository", "ct3")) == {"ct1", "ct2", "ct3"}


def test_one_of_many_requests_that_fails_says_why_and_not_that_others_were_stopped(
    api: FakeApi, settings: Settings
) -> None:
    api.rows["incidents"] = [
        incident(number, created_at=days_ago(1), updated_at=days_ago(1)) for number in range(40)
    ]
    api.always[PATH] = Answer(500)
    with pytest.raises(ApiUnreachableError, match=rf"{PATH}\?incident_id=I\d+: gave up after 3 attempts"):
        run(settings)
