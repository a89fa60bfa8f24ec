"""Periods in every awkward zone: the project's SQL against the standard library's zoneinfo.

Instants lie on and beside every change of clocks, every local midnight that begins a month, leap days and turns of
the year. Years that are past, because time zone databases agree about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.dbt.account import Account
from tests.dbt.compiled_project import (
    AS_OF_PLACEHOLDER,
    COVERAGE_PLACEHOLDER,
    DbtProject,
    RunValues,
    with_run_values,
)
from tests.dbt.oracle.follow_ups import IN_TIME
from tests.dbt.oracle.periods import GRAINS, Calendar

FIRST, LAST = date(2018, 6, 1), date(2024, 6, 1)
ZONE_PLACEHOLDER = "Nowhere/Placeholder"
ZONES = (
    # Clocks change at midnight: a day begins at one o'clock, has midnight twice, or its last hour twice.
    *(
        "America/Havana",
        "Asia/Beirut",
        "Africa/Cairo",
        "America/Santiago",
        "America/Asuncion",
        "America/Sao_Paulo",
    ),
    *("Atlantic/Azores", "America/Scoresbysund", "America/Nuuk", "Asia/Amman", "Asia/Damascus", "Asia/Tehran"),
    # Half and quarter hours, half an hour of daylight saving, two hours of it, and both ends of the world.
    *("Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Australia/Lord_Howe"),
    *("Antarctica/Troll", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia"),
    *("UTC", "America/New_York", "Europe/London", "Europe/Berlin", "Australia/Sydney"),
)
BESIDE = [
    timedelta(microseconds=n)
    for n in (-3_600_000_001, -1_000_000, -1, 0, 1, 1_000_000, 1_800_000_000, 3_600_000_000)
]
RUNS_PER_ZONE = 12
INSTANTS_SQL = """
    select
        instants.position,
        grains.grain,
        {{ period_start(local_date('instants.happened_at'), 'grains.grain') }} as period_start,
        {{ period_end('period_start', 'grains.grain') }} as period_end
    from instants
    cross join {{ period_grains() }} as grains (grain)
    order by instants.position, grains.grain
"""
PERIOD_MODELS = ("int_coverage", "int_periods")


class Compiled:
    """The statements about periods for one first day of the week, with the zone still to be put in."""

    def __init__(self, project: DbtProject, week_start: str) -> None:
        variables = {"org_timezone": ZONE_PLACEHOLDER, "week_start": week_start}
        self.week_start = week_start
        self.instants = project.compile_text(
            INSTANTS_SQL, {**variables, "as_of": AS_OF_PLACEHOLDER, "coverage_start": COVERAGE_PLACEHOLDER}
        )
        models = {model.name: model for model in project.compile(variables).models}
        self.models = [models[name] for name in PERIOD_MODELS]

    def account(self, zone: str, as_of: datetime, coverage_start: date | None = None) -> Account:
        """An account with these rules and nothing in it."""
        rules = {"org_timezone": zone, "week_start": self.week_start}
        return Account({}, as_of, variables=rules, coverage_start=coverage_start)


@pytest.fixture(scope="module", params=["monday", "sunday"])
def compiled(request: pytest.FixtureRequest, dbt_project: DbtProject) -> Compiled:
    return Compiled(dbt_project, request.param)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse; create schema intermediate")
        connection.execute("set timezone = 'America/Los_Angeles'")  # the session's zone has no say
        yield connection


def edges(zone: ZoneInfo) -> list[datetime]:
    """Changes of clocks and first midnights of months, in UTC."""
    found = []
    day = FIRST
    while day < LAST:
        begins, ends = (datetime.combine(at, time(), UTC) for at in (day, day + timedelta(days=1)))
        if begins.astimezone(zone).utcoffset() != ends.astimezone(zone).utcoffset():
            found.append(_change(zone, begins, ends))
        if day.day == 1 or (day.month, day.day) in ((2, 29), (12, 31)):
            midnight = datetime.combine(day, time(), zone)
            found += [midnight.astimezone(UTC), midnight.replace(fold=1).astimezone(UTC)]
        day += timedelta(days=1)
    return found


def _change(zone: ZoneInfo, begins: datetime, ends: datetime) -> datetime:
    """The first instant of the new offset between two instants that differ in it."""
    before = begins.astimezone(zone).utcoffset()
    while ends - begins > timedelta(seconds=1):
        middle = begins + (ends - begins) // 2
        begins, ends = (middle, ends) if middle.astimezone(zone).utcoffset() == before else (begins, middle)
    return ends.replace(microsecond=0)


@pytest.mark.parametrize("zone", ZONES)
def test_every_instant_falls_into_the_period_of_its_local_date(
    compiled: Compiled, connection: duckdb.DuckDBPyConnection, zone: str
) -> None:
    instants = sorted({edge + beside for edge in edges(ZoneInfo(zone)) for beside in BESIDE})
    assert len(instants) > 500
    connection.execute("create table instants (position integer, happened_at timestamptz)")
    connection.execute(
        "insert into instants select unnest(range(len($1))), unnest($1)",
        [[moment.isoformat() for moment in instants]],
    )
    found = {
        (position, grain): (start, end)
        for position, grain, start, end in connection.execute(
            compiled.instants.replace(ZONE_PLACEHOLDER, zone)
        ).fetchall()
    }
    wrong = []
    for grain in GRAINS.values():
        calendar = Calendar(compiled.account(zone, instants[-1]), grain)
        for position, moment in enumerate(instants):
            start = calendar.start_of(moment)
            if found[(position, grain)] != (start, calendar.end_of(start)):
                wrong.append((moment.isoformat(), grain, found[(position, grain)], start))
    assert wrong == []


@pytest.mark.parametrize("zone", ZONES)
def test_periods_are_complete_and_measured_by_the_local_clock(
    compiled: Compiled, connection: duckdb.DuckDBPyConnection, zone: str
) -> None:
    random = Random(f"{zone} {compiled.week_start}")
    moments = edges(ZoneInfo(zone))
    connection.execute(
        "create table intermediate.int_incidents"
        " (incident_id varchar, is_eligible boolean, occurred_at timestamptz)"
    )
    for _ in range(RUNS_PER_ZONE):
        as_of = random.choice(moments) + random.choice([*BESIDE, IN_TIME, IN_TIME - timedelta(microseconds=1)])
        first = as_of - timedelta(days=random.choice((0, 3, 40, 400)), seconds=random.choice((0, 1, 40_000)))
        coverage = random.choice((None, (as_of - timedelta(days=random.randrange(200))).date()))
        connection.execute("delete from intermediate.int_incidents")
        connection.execute(
            "insert into intermediate.int_incidents values ('first', true, $1), ('later', true, $2)",
            [first.isoformat(), (as_of + timedelta(microseconds=1)).isoformat()],
        )
        for model in compiled.models:
            sql = with_run_values(model.sql, RunValues(as_of, coverage)).replace(ZONE_PLACEHOLDER, zone)
            connection.execute(f"create or replace table {model.relation} as {sql}")
        columns = "grain, period_start, period_end, is_complete, is_settled_for_30_days, elapsed_days"
        rows = connection.execute(f"select {columns} from intermediate.int_periods order by all").fetchall()
        assert rows == expected_periods(compiled.account(zone, as_of, coverage), first), (as_of, coverage, first)


def expected_periods(account: Account, first: datetime) -> list[tuple[object, ...]]:
    """Rows of int_periods by the oracle."""
    rows = []
    for grain in GRAINS.values():
        calendar = Calendar(account, grain)
        for period in calendar.spine([first]):
            is_settled = calendar.is_over_since(period, IN_TIME)
            elapsed = float(period.elapsed_days)
            rows.append((grain, period.start, period.end, period.is_complete, is_settled, elapsed))
    return sorted(rows)
