"""One seed of the fault injection: runs over an account that answers wrongly and changes, then one clean run.

What must hold whatever happened: a run that fails says why and leaves the raw tables as they were, whole windows
of a backfill apart; a run that succeeds holds every record that stood still, in a form that the API has sent; and
after one clean run the tables are those of an account that was never disturbed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import BY_NAME as ENDPOINT
from pipelines.incident_io.endpoints import ENDPOINTS
from pipelines.incident_io.errors import ApiError, ApiUnreachableError, AuthenticationError, RepeatedCursorError
from pipelines.incident_io.pipeline import extract
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.retries import RetryPolicy
from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY
from tests.pipelines.faulty_api import PASSING, FaultyApi
from tests.pipelines.living_account import BY_NAME, WITH_MODE, LivingAccount
from tests.pipelines.raw_rows import expected_row, stored_rows

PATIENT = RetryPolicy(
    attempts=7, first_wait=0.002, longest_wait=0.02, longest_retry_after=2, longest_throttled=1.5
)
HASTY = replace(PATIENT, attempts=3)
READ_TIMEOUT = 0.5
# Deletions of these are only found by a sweep, and what hangs on a deleted incident is not asked for again.
SWEPT = ("incidents", "follow_ups", "actions", "alerts", "escalations", "incident_alerts", "incident_attachments")
Raw = dict[str, list[dict[str, Any]]]
Plan = Callable[[int, str], str | None]


@dataclass
class Outcome:
    """What one seed did: the disturbances by name with the error each run ended with, if any, and the faults."""

    runs: list[tuple[str, str]]
    injected: dict[str, int]


def disturb(seed: int, folder: Path, tables: Collection[str] | None = None) -> Outcome:
    """Run one seed in an empty folder; raises AssertionError with what did not hold. `tables`: only these."""
    chance = random.Random(seed)
    account = LivingAccount(seed, count_incidents=chance.choice([0, 9, 30, 60]))
    is_sweep = chance.random() < 0.5
    runs = []
    with FaultyApi(account, seed) as api:
        api.follows_cursors = chance.random() < 0.2
        settings = Settings(
            home=folder / "home", seeds=folder, as_of=datetime.now(UTC), api_url=api.url, api_key=KEY
        )
        if chance.random() < 0.4:
            run(settings, api, PATIENT, tables)
            for _ in range(chance.randrange(15)):
                account.change_something(silently=is_sweep)
        for _ in range(chance.choice([1, 1, 2])):
            name, api.plan = draw_plan(chance, tables)
            rate = chance.choice([0, 0.1, 0.5])
            api.on_request = changing(account, chance, rate, silently=is_sweep)
            policy = chance.choice([PATIENT, HASTY])
            runs.append((name, disturbed_run(settings, api, policy, tables)))
        api.plan, api.on_request = (lambda number, path: None), (lambda: None)
        later = replace(settings, as_of=settings.as_of + timedelta(days=7 if is_sweep else 0))
        report = run(later, api, PATIENT, tables)
        assert not [warning for warning in report.warnings if "no longer listed" in warning], report.warnings
        assert_as_never_disturbed(raw(later), account, tables, is_sweep=is_sweep)
        if seed % 8 == 0:
            calm = replace(later, home=folder / "calm")
            run(calm, api, PATIENT, tables)
            assert_as_never_disturbed(raw(calm), account, tables, is_sweep=True)
    return Outcome(runs, dict(api.injected))


def run(
    settings: Settings, api: FaultyApi, policy: RetryPolicy, tables: Collection[str] | None, timeout: float = 10
) -> ExtractReport:
    """One extraction; the read timeout of a clean one is long, for a busy machine."""
    api.new_run()
    client = Client(settings.api_url, KEY, retry=policy, timeout=(5, timeout))
    return extract(settings, client=client, tables=tables)


def disturbed_run(settings: Settings, api: FaultyApi, policy: RetryPolicy, tables: Collection[str] | None) -> str:
    """One run under the api's plan and what it must leave behind; the kind of error it ended with, or ''."""
    before = raw(settings)
    api.account.settle()
    try:
        run(settings, api, policy, tables, timeout=READ_TIMEOUT)
    except (ApiUnreachableError, AuthenticationError, RepeatedCursorError) as error:
        assert_tells_what_to_do(error, settings)
        assert_nothing_or_whole_windows(before, raw(settings))
        return type(error).__name__
    assert_holds_what_stood_still(raw(settings), api, tables)
    return ""


def draw_plan(chance: random.Random, tables: Collection[str] | None) -> tuple[str, Plan]:
    """A name and a plan of faults for one run."""
    passing = [name for name in PASSING if name != "stalled"]
    kind = chance.choice(
        ["noise", "noise", "noise", "every fifth", "storm", "from then on", "one path", "leads back"]
    )
    begin = chance.randint(1, chance.choice([5, 40]))
    path = chance.choice([endpoint.path for endpoint in ENDPOINTS if tables is None or endpoint.name in tables])
    if kind == "noise":
        share, stalls = chance.choice([0.05, 0.2, 0.4]), chance.choice([0, 2])
        return f"noise of {share}", _noise(chance, share, passing, stalls)
    if kind == "every fifth":
        return "every fifth is throttled", lambda number, path: "throttled" if number % 5 == 0 else None
    if kind == "storm":
        end = begin + chance.randint(5, 30)
        return "storm of refusals", lambda number, path: "throttled" if begin <= number < end else None
    if kind == "leads back":
        left = [chance.choice([1, 2, 99])]

        def leads_back(number: int, asked: str) -> str | None:
            left[0] -= 1
            return "leads back" if left[0] >= 0 and number > begin else None

        return kind, leads_back
    fault = chance.choice([*passing, "refused key", "refused key"])
    if kind == "one path":
        return f"{path}: {fault}", lambda number, asked: fault if asked == path else None
    return f"{fault} from request {begin} on", lambda number, asked: fault if number >= begin else None


def _noise(chance: random.Random, share: float, passing: list[str], stalls: int) -> Plan:
    left = [stalls]

    def plan(number: int, path: str) -> str | None:
        if chance.random() >= share:
            return None
        if left[0] and chance.random() < 0.2:
            left[0] -= 1
            return "stalled"
        return chance.choice(passing)

    return plan


def changing(account: LivingAccount, chance: random.Random, rate: float, *, silently: bool) -> Callable[[], None]:
    """Changes something before some of the requests."""

    def change() -> None:
        if chance.random() < rate:
            account.change_something(silently=silently)

    return change


def raw(settings: Settings) -> Raw:
    """The raw tables as they are; none before the first load."""
    if not settings.warehouse.exists():
        return {}
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        present = {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'raw_incident_io'"
            ).fetchall()
        }
        return {
            endpoint.name: stored_rows(connection, endpoint) for endpoint in ENDPOINTS if endpoint.name in present
        }


def assert_tells_what_to_do(error: ApiError, settings: Settings) -> None:
    message = str(error)
    assert KEY not in message
    if isinstance(error, ApiUnreachableError):
        assert re.search(rf"GET {settings.api_url}/v\d/\w+\S*: gave up after \d+ attempts?, ", message), message
        assert re.search(r"(run|Run) again", message), message
    if isinstance(error, AuthenticationError):
        assert "incident-marts connect" in message
    if isinstance(error, RepeatedCursorError):
        assert re.search(r"GET /v\d/\w+: page \d+ leads back .* \d times .* Try again later", message), message


def assert_nothing_or_whole_windows(before: Raw, after: Raw) -> None:
    for table in after.keys() | before.keys():
        if table == "incidents" and len(after[table]) > len(before.get(table, [])):
            continue  # of a backfill; that the windows are whole shows in the clean run
        assert after.get(table, []) == before.get(table, []), f"{table} changed though the run failed"


def assert_holds_what_stood_still(stored: Raw, api: FaultyApi, tables: Collection[str] | None) -> None:
    account = api.account
    for endpoint in ENDPOINTS:
        table = endpoint.name
        if tables is not None and table not in tables:
            continue
        found = {row["id"]: row for row in stored[table]}
        assert len(found) == len(stored[table]), f"{table} holds an id twice"
        for identifier, row in found.items():
            forms = [expected(table, version) for version in account.versions[table].get(identifier, [])]
            assert {**row, "deleted_at": None} in forms, f"{table}: {row} was never sent"
        if api.follows_cursors and table in BY_NAME:
            continue
        for record in account.rows[table]:
            if record["id"] not in account.disturbed[table] | account.silent[table]:
                row = found.get(record["id"])
                assert row == expected(table, record), f"{table}: {record} stood still, stored is {row}"


def assert_as_never_disturbed(
    stored: Raw, account: LivingAccount, tables: Collection[str] | None, *, is_sweep: bool
) -> None:
    for endpoint in ENDPOINTS:
        table = endpoint.name
        if tables is not None and table not in tables:
            continue
        present = {record["id"]: expected(table, record) for record in account.rows[table]}
        found = {row["id"]: row for row in stored[table]}
        assert len(found) == len(stored[table]), f"{table} holds an id twice"
        for identifier, row in present.items():
            assert found.get(identifier) == row, (
                f"{table}: {identifier} is {found.get(identifier)}, expected {row}"
            )
        for identifier in found.keys() - present.keys():
            row = found[identifier]
            may_stay = (not is_sweep and table in SWEPT) or _hangs_on_a_deleted_incident(row, account)
            assert identifier in account.deleted[table] or _hangs_on_a_deleted_incident(row, account), row
            assert row["deleted_at"] is not None or may_stay, f"{table}: {row} is gone but not marked"


def expected(table: str, record: dict[str, Any]) -> dict[str, Any]:
    """The row of a record; keys that begin with an underscore are not sent."""
    sent = {name: value for name, value in record.items() if name[0] != "_"}
    if table in WITH_MODE:
        sent["incident_mode"] = record["_mode"]
    return expected_row(ENDPOINT[table].columns, sent)


def _hangs_on_a_deleted_incident(row: dict[str, Any], account: LivingAccount) -> bool:
    return row.get("incident_id") in account.deleted["incidents"]
