"""Participants: one request for each incident, only when the settings ask for it, and a whole answer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.incident_io.errors import RejectedTablesError
from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, Answer, FakeApi, error
from tests.pipelines.per_incident import AS_OF, asked_about, days_ago, ever_older_incidents, stored_in
from tests.pipelines.test_incident_io_load import query, run

PATH = "/v2/incident_participants"


def participant(
    number: int, user: Any, held: str = "active", kind: str = "collaborator", **more: Any
) -> dict[str, Any]:
    """Somebody's place in one of the lists of incident `number`."""
    return {
        "_incident_id": f"I{number:05d}",
        "_list": held,
        "participant_type": kind,
        "user": {"id": user, "name": f"Name of {user}", "role": "unset"},
        **more,
    }


@pytest.fixture
def api() -> Iterator[FakeApi]:
    """Incident n was created n * 10 days ago, so 0 is young."""
    with FakeApi() as api:
        api.rows["incidents"] = ever_older_incidents(6)
        api.rows["incident_participants"] = [
            participant(0, "ann", kind="responder"),
            participant(0, "bob", "passive", "observer"),
            participant(1, "ann"),
            participant(5, "cem"),
        ]
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: FakeApi) -> Settings:
    return Settings(
        home=tmp_path / "home", seeds=tmp_path, as_of=AS_OF, api_url=api.url, api_key=KEY, participant_days=25
    )


def asked(api: FakeApi) -> set[int]:
    return asked_about(api, PATH)


def stored(settings: Settings) -> list[tuple[str, bool]]:
    return stored_in(settings, "incident_participants")


def test_by_default_nothing_is_asked_and_the_table_is_there_without_rows(api: FakeApi, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", seeds=tmp_path, as_of=AS_OF, api_url=api.url, api_key=KEY)
    for full_refresh in (False, False, True):
        report = run(settings, full_refresh=full_refresh)
        assert asked(api) == set()
        assert stored(settings) == []
        assert report.warnings == []


def test_a_row_is_an_incident_and_a_user_and_says_in_which_list_the_user_was(
    api: FakeApi, settings: Settings
) -> None:
    run(settings)
    assert asked(api) == {0, 1, 2}
    columns = "id, incident_id, participation, participant_type, user->>'id', user->>'name', extra_fields"
    assert query(settings, f"select {columns} from raw_incident_io.incident_participants order by id") == [
        ("I00000:ann", "I00000", "active", "responder", "ann", "Name of ann", None),
        ("I00000:bob", "I00000", "passive", "observer", "bob", "Name of bob", None),
        ("I00001:ann", "I00001", "active", "collaborator", "ann", "Name of ann", None),
    ]


def test_who_left_is_marked_and_who_is_back_is_not(api: FakeApi, settings: Settings) -> None:
    run(settings)
    rows = api.rows["incident_participants"]
    left = rows.pop(0)
    run(settings)
    assert stored(settings) == [("I00000:ann", True), ("I00000:bob", False), ("I00001:ann", False)]
    rows.append(left)
    run(settings)
    assert stored(settings) == [("I00000:ann", False), ("I00000:bob", False), ("I00001:ann", False)]


def test_who_begins_to_help_changes_lists_and_keeps_one_row(api: FakeApi, settings: Settings) -> None:
    run(settings)
    api.rows["incident_participants"][1] |= {"_list": "active", "participant_type": "collaborator"}
    run(settings)
    found = (
        "select participation, participant_type from raw_incident_io.incident_participants where id = 'I00000:bob'"
    )
    assert query(settings, found) == [("active", "collaborator")]


def test_of_somebody_in_both_lists_the_row_of_those_who_help_stays(api: FakeApi, settings: Settings) -> None:
    api.rows["incident_participants"].append(participant(0, "ann", "passive", "observer"))
    run(settings)
    found = "select participation from raw_incident_io.incident_participants where id = 'I00000:ann'"
    assert query(settings, found) == [("active",)]


def test_later_runs_ask_about_incidents_that_changed_and_young_ones(api: FakeApi, settings: Settings) -> None:
    run(settings)
    asked(api)
    api.rows["incidents"][0]["updated_at"] = days_ago(0)
    run(settings)
    assert asked(api) == {0, 5}
    assert ("I00005:cem", False) in stored(settings)


def test_what_its_own_budget_leaves_over_is_owed_to_the_next_runs(api: FakeApi, settings: Settings) -> None:
    thrifty = replace(settings, participant_requests=2)
    warnings = run(thrifty).warnings
    assert asked(api) == {0, 1}
    assert [warning for warning in warnings if "1 wait for the next" in warning] == [
        "incident_participants: 2 incidents were asked about in this run, 1 wait for the next ones; "
        "INCIDENT_MARTS_PARTICIPANT_REQUESTS allows more"
    ]
    run(thrifty)
    assert asked(api) == {0, 2}


def test_switched_off_nothing_is_asked_and_switched_on_again_it_goes_on_where_it_was(
    api: FakeApi, settings: Settings
) -> None:
    run(settings)
    before = stored(settings)
    asked(api)
    api.rows["incidents"][0]["updated_at"] = days_ago(0)
    run(replace(settings, participant_days=0))
    assert asked(api) == set()
    assert stored(settings) == before
    run(settings)
    assert asked(api) == {0, 5}


def test_a_refusal_leaves_the_table_without_rows_and_the_other_tables_loaded(
    api: FakeApi, settings: Settings
) -> None:
    api.always[PATH] = error(403, "missing_required_scope", scope="incidents.view")
    report = run(settings)
    assert report.missing_scopes == {"incident_participants": "incidents.view"}
    assert stored(settings) == []
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(6,)]


def test_an_incident_that_went_away_is_skipped(api: FakeApi, settings: Settings) -> None:
    def gone(path: str, params: dict[str, list[str]]) -> None:
        if path == PATH and params.get("incident_id") == ["I00001"]:
            api.faults[path].append(error(404, "resource_not_found"))

    api.before_answer = gone
    report = run(settings)
    assert stored(settings) == [("I00000:ann", False), ("I00000:bob", False)]
    assert [warning for warning in report.warnings if "I00001 went away" in warning]


def test_a_user_id_that_became_a_number_is_its_digits_and_unknown_keys_and_types_are_kept(
    api: FakeApi, settings: Settings
) -> None:
    api.rows["incident_participants"] = [participant(0, 42, kind="commander", since="noon")]
    report = run(settings)
    columns = "id, participant_type, extra_fields->>'since'"
    assert query(settings, f"select {columns} from raw_incident_io.incident_participants") == [
        ("I00000:42", "commander", "noon")
    ]
    assert [
        warning for warning in report.warnings if "'commander'" in warning and "make nobody involved" in warning
    ]


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        ({"active": []}, "incident_participants.passive: the API sent nothing where a list is expected"),
        ({"active": {}, "passive": []}, "incident_participants.active: the API sent an object where a list"),
        ({"active": ["ann"], "passive": []}, r"incident_participants.active\[\].user.id: the API sent nothing"),
        ({"active": [{"user": {"id": ""}}], "passive": []}, "the API sent an empty text where an id is expected"),
        (
            {"active": [{"user": {"id": "x"}, "participant_type": 5}], "passive": []},
            "participant_type: the API sent a n",
        ),
    ],
)
def test_an_answer_of_another_form_rejects_the_table_and_no_other(
    api: FakeApi, settings: Settings, lists: dict[str, Any], told: str
) -> None:
    run(settings)
    before = stored(settings)
    api.always[PATH] = Answer(200, {"incident_participants": lists})
    with pytest.raises(RejectedTablesError, match=told):
        run(settings, full_refresh=True)
    assert stored(settings) == before
