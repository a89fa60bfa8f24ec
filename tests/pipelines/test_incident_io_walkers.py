"""Several walkers on one list: nothing is lost whatever the API does, and little is read twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.incident_io import walkers
from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import BY_NAME
from pipelines.incident_io.errors import ApiUnreachableError
from pipelines.incident_io.landmarks import Landmarks
from pipelines.incident_io.pages import Page
from pipelines.incident_io.retries import RetryPolicy
from pipelines.incident_io.series import Series
from pipelines.incident_io.walkers import Walk, Walked
from tests.pipelines.fake_api import KEY, Answer, FakeApi, error

FIRST = datetime(2023, 1, 1, tzinfo=UTC)
NOW = FIRST + timedelta(days=400)
COUNT, PER_PAGE = 1_000, 10
MINIMUM = COUNT // PER_PAGE
Row = dict[str, Any]


def alert(number: int) -> Row:
    created = (FIRST + timedelta(hours=9.6 * number)).isoformat()
    return {"id": f"A{number:05d}", "status": "firing", "created_at": created, "updated_at": created}


def update(number: int) -> Row:
    return {**alert(number), "id": f"U{number:05d}", "incident_id": f"I{number:05d}"}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    monkeypatch.setattr(walkers, "LEAST_PAGES_TO_SPLIT", 12)
    with FakeApi() as api:
        api.most_per_page = PER_PAGE
        api.rows["alerts"] = [alert(number) for number in range(COUNT)]
        api.rows["incident_updates"] = [update(number) for number in range(COUNT)]
        yield api


class Reading:
    """One walk over a list of the fake API and what it brought."""

    def __init__(self, api: FakeApi, table: str, landmarks: Landmarks | None = None) -> None:
        self.api, self.table, self.landmarks = api, table, landmarks
        self.ids: list[str] = []

    def take(self, page: Page) -> None:
        self.ids += [row["id"] for row in page.rows]

    def read(self) -> Walked:
        quick = RetryPolicy(attempts=2, first_wait=0.01, longest_wait=0.01)
        client = Client(self.api.url, KEY, retry=quick, timeout=(1, 5))
        with ThreadPoolExecutor(12) as pool:
            return Walk(
                client,
                BY_NAME[self.table],
                Series(),
                self.take,
                pool=pool,
                landmarks=self.landmarks or landmarks(),
                now=NOW,
            ).read()

    @property
    def requests(self) -> list[dict[str, list[str]]]:
        return self.api.params(BY_NAME[self.table].path)

    @property
    def walkers(self) -> int:
        """Requests that began a part of the list."""
        return sum("after" not in params and "incident_id" not in params for params in self.requests)


def landmarks(every: int = 25) -> Landmarks:
    found = Landmarks()
    for number in range(0, COUNT, every):
        found.add(FIRST + timedelta(hours=9.6 * number), f"I{number:05d}")
    return found


def everything(table: str) -> set[str]:
    return {f"{'A' if table == 'alerts' else 'U'}{number:05d}" for number in range(COUNT)}


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_long_list_is_read_by_days_in_parallel(api: FakeApi, newest_first: bool) -> None:
    if newest_first:
        api.rows["alerts"].reverse()
    reading = Reading(api, "alerts")
    walked = reading.read()
    assert set(reading.ids) == everything("alerts")
    assert walked.direction == (-1 if newest_first else 1)
    assert reading.walkers > 4
    assert len(reading.requests) <= MINIMUM * 1.25


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_long_list_without_days_is_read_from_places_found_by_incident(api: FakeApi, newest_first: bool) -> None:
    if newest_first:
        api.rows["incident_updates"].reverse()
    reading = Reading(api, "incident_updates")
    walked = reading.read()
    assert set(reading.ids) == everything("incident_updates")
    assert walked.direction == (-1 if newest_first else 1)
    assert sum("incident_id" in params for params in reading.requests) > 3
    assert len(reading.requests) <= MINIMUM * 1.3
    last = api.rows["incident_updates"][-1]["id"]
    assert (walked.first_id, walked.page_ends[-1]) == (api.rows["incident_updates"][0]["id"], last)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("table", ["alerts", "incident_updates"])
def test_a_list_in_no_order_is_read_completely(api: FakeApi, table: str, seed: int) -> None:
    chance = random.Random(seed)
    rows = api.rows[table]
    # Ordered far enough for walkers to be sent out, then not.
    tail = rows[200:]
    chance.shuffle(tail)
    api.rows[table] = rows[:200] + tail
    reading = Reading(api, table)
    walked = reading.read()
    assert set(reading.ids) == everything(table), f"seed {seed}"
    assert walked.direction is None


def test_days_that_the_api_ignores_do_not_multiply_the_reading(api: FakeApi) -> None:
    def forget_the_filter(path: str, params: dict[str, list[str]]) -> None:
        for name in [name for name in params if name.startswith("created_at")]:
            del params[name]

    api.before_answer = forget_the_filter
    reading = Reading(api, "alerts")
    reading.read()
    assert set(reading.ids) == everything("alerts")
    assert len(reading.requests) <= MINIMUM + 2


def test_days_that_the_api_refuses_leave_one_walker(api: FakeApi) -> None:
    def refuse(path: str, params: dict[str, list[str]]) -> None:
        if any(name.startswith("created_at") for name in params):
            api.faults[path].append(error(422, "invalid_value"))

    api.before_answer = refuse
    reading = Reading(api, "alerts")
    reading.read()
    assert set(reading.ids) == everything("alerts")
    assert len(reading.requests) <= MINIMUM + 2


def test_incidents_that_went_away_are_no_reason_to_fail(api: FakeApi) -> None:
    def refuse(path: str, params: dict[str, list[str]]) -> None:
        if "incident_id" in params:
            api.faults[path].append(error(404, "resource_not_found"))

    api.before_answer = refuse
    reading = Reading(api, "incident_updates")
    reading.read()
    assert set(reading.ids) == everything("incident_updates")


def test_a_row_another_walker_began_at_may_be_deleted_meanwhile(api: FakeApi) -> None:
    started: list[str] = []

    def delete_the_start(path: str, params: dict[str, list[str]]) -> None:
        if "incident_id" in params:
            started.append(f"U{params['incident_id'][0][1:]}")
        elif len(started) == 1 and len(reading.requests) > 12:
            api.rows["incident_updates"] = [row for row in api.rows["incident_updates"] if row["id"] != started[0]]
            started.append("")

    api.before_answer = delete_the_start
    reading = Reading(api, "incident_updates")
    reading.read()
    assert set(reading.ids) >= everything("incident_updates") - {started[0]}


def test_a_walker_that_fails_stops_the_others_and_says_why(api: FakeApi) -> None:
    def break_one(path: str, params: dict[str, list[str]]) -> None:
        if "created_at[gte]" in params:
            api.faults[path].append(Answer(500))

    api.before_answer = break_one
    reading = Reading(api, "alerts")
    with pytest.raises(ApiUnreachableError, match="/v2/alerts"):
        reading.read()


def test_a_quota_that_one_walker_uses_up_leaves_it_alone(api: FakeApi) -> None:
    reading = Reading(api, "alerts")
    # One request a second in the long run, which one walker more than uses up; the burst ends the test sooner.
    api.headers = {"X-RateLimit-Limit": "5000;window=5000"}
    reading.read()
    assert set(reading.ids) == everything("alerts")
    assert reading.walkers == 1
