"""The page loop against answers that end a list too early, lead nowhere or hold no records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import BY_NAME
from pipelines.incident_io.errors import ApiUnreachableError, RepeatedCursorError, UnexpectedDataError
from pipelines.incident_io.pages import read_pages
from pipelines.incident_io.retries import RetryPolicy
from tests.pipelines.fake_api import KEY, Answer, FakeApi
from tests.pipelines.test_incident_io_load import incident

PATH = "/v2/incidents"


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        api.most_per_page = 2
        api.rows["incidents"] = [incident(number) for number in range(5)]
        yield api


def ids(api: FakeApi, table: str = "incidents") -> list[str]:
    client = Client(api.url, KEY, retry=RetryPolicy(attempts=2, first_wait=0.001), timeout=(5, 5))
    return [row["id"] for page in read_pages(client, BY_NAME[table], []) for row in page.rows]


def instead_of_page(api: FakeApi, number: int, answer: Answer, times: int) -> None:
    """The n-th page is answered otherwise the first `times` times it is asked for."""
    after = [f"I{2 * number - 3:05d}"] if number > 1 else None
    left = times

    def misled(path: str, params: dict[str, list[str]]) -> None:
        nonlocal left
        if path == PATH and params.get("after") == after and left:
            left -= 1
            api.faults[path].append(answer)

    api.before_answer = misled


CUT = {
    "an empty page": {"incidents": [], "pagination_meta": {"page_size": 2, "total_record_count": 5}},
    "no cursor": {"incidents": [incident(2), incident(3)], "pagination_meta": {"total_record_count": 5}},
}


@pytest.mark.parametrize("body", CUT.values(), ids=CUT)
def test_a_list_that_ends_before_its_total_is_asked_for_its_end_again(api: FakeApi, body: dict[str, Any]) -> None:
    instead_of_page(api, 2, Answer(200, body), times=2)
    assert ids(api) == [f"I{number:05d}" for number in range(5)]


def test_a_list_that_insists_on_its_end_is_believed(api: FakeApi) -> None:
    """What the total counts is not documented: it may count records that the filter leaves out."""
    instead_of_page(api, 2, Answer(200, CUT["no cursor"]), times=99)
    assert ids(api) == [f"I{number:05d}" for number in range(4)]
    assert len(api.requests) == 4


@pytest.mark.parametrize("times", [1, 2, 99])
@pytest.mark.parametrize("wrong", ["t1", "t3"], ids=["where it stands", "further back"])
def test_a_cursor_that_leads_back_does_not_end_a_list(api: FakeApi, wrong: str, times: int) -> None:
    api.rows["teams"] = [{"id": f"t{number}"} for number in range(8)]

    def misled(path: str, params: dict[str, list[str]]) -> None:
        if params.get("after") == ["t3"] and api.params(path).count(params) <= times:
            body = {"teams": [{"id": "t4"}, {"id": "t5"}], "pagination_meta": {"after": wrong}}
            api.faults[path].append(Answer(200, body))

    api.before_answer = misled
    assert ids(api, "teams") == [f"t{number}" for number in range(8)]


def test_a_page_that_neither_goes_on_nor_repeats_is_an_error(api: FakeApi) -> None:
    """The row that the cursor names has moved to the end of the page behind it, and the cursor does not move."""
    moved = Answer(200, {"teams": [{"id": "t2"}, {"id": "t1"}], "pagination_meta": {"after": "t1"}})
    api.rows["teams"] = [{"id": f"t{number}"} for number in range(8)]

    def misled(path: str, params: dict[str, list[str]]) -> None:
        if params.get("after") == ["t1"]:
            api.faults[path].append(moved)

    api.before_answer = misled
    with pytest.raises(RepeatedCursorError, match=r"/v3/teams: page 2 leads back"):
        ids(api, "teams")


@pytest.mark.parametrize("meta", ["x", [1], {"after": {}}, {"after": [1]}, 7])
def test_pagination_that_cannot_be_followed_is_a_failed_attempt(api: FakeApi, meta: Any) -> None:
    answer = Answer(200, {"incidents": [incident(0)], "pagination_meta": meta})
    api.faults[PATH].append(answer)
    assert len(ids(api)) == 5
    api.always[PATH] = answer
    with pytest.raises(ApiUnreachableError, match="pagination_meta that cannot be followed"):
        ids(api)


@pytest.mark.parametrize("total", ["5", None, 4.5, -1, 3])
def test_a_total_of_no_use_is_ignored(api: FakeApi, total: Any) -> None:
    meta = {"after": "I00001", "total_record_count": total}
    instead_of_page(
        api, 1, Answer(200, {"incidents": [incident(0), incident(1)], "pagination_meta": meta}), times=1
    )
    assert len(ids(api)) == 5


def test_cursors_and_ids_may_become_numbers(api: FakeApi) -> None:
    api.rows["teams"] = [{"id": number, "name": "x"} for number in range(5)]
    instead = {
        None: {"teams": [{"id": 1}, {"id": 2}], "pagination_meta": {"after": 2}},
        "2": {"teams": [{"id": 3}], "pagination_meta": {}},
    }

    def numeric(path: str, params: dict[str, list[str]]) -> None:
        api.faults[path].append(Answer(200, instead[params.get("after", [None])[0]]))

    api.before_answer = numeric
    assert ids(api, "teams") == ["1", "2", "3"]


def test_an_entry_that_is_no_record_is_not_skipped(api: FakeApi) -> None:
    api.always["/v3/teams"] = Answer(200, {"teams": [{"id": "t1"}, None]})
    with pytest.raises(UnexpectedDataError, match=r"teams: the API sent nothing where a record .*entry 2"):
        ids(api, "teams")
