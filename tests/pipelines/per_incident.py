"""What the tests of lists that are asked for one incident at a time share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.settings import Settings
from tests.pipelines.fake_api import FakeApi
from tests.pipelines.test_incident_io_load import incident, query

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def days_ago(days: float) -> str:
    """The instant so many days before AS_OF, as the API writes it."""
    return (AS_OF - timedelta(days=days)).isoformat()


def ever_older_incidents(count: int) -> list[dict[str, Any]]:
    """Incident n was created n * 10 days ago and not touched since; the oldest comes first."""
    return [
        incident(number, created_at=days_ago(number * 10), updated_at=days_ago(number * 10))
        for number in reversed(range(count))
    ]


def asked_about(api: FakeApi, path: str) -> set[int]:
    """Numbers of the incidents that were asked about since the last look, each of them once."""
    numbers = [int(params["incident_id"][0][1:]) for params in api.params(path)]
    assert len(numbers) == len(set(numbers))
    api.requests.clear()
    return set(numbers)


def stored_in(settings: Settings, table: str) -> list[tuple[str, bool]]:
    """(id, whether it is marked as gone) of every row of a raw table."""
    return query(settings, f"select id, deleted_at is not null from raw_incident_io.{table} order by id")
