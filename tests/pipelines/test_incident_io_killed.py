"""A run killed in the middle of its load leaves nothing that the next run does not put right."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, FakeApi
from tests.pipelines.test_incident_io_load import everything, incident, populate, run

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
# Runs the source and kills itself before the n-th statement that its loading library sends to the warehouse.
CHILD = """
import os, signal, sys
from dlt.destinations.impl.duckdb.sql_client import DuckDbSqlClient
from pipelines.incident_io.__main__ import main

last, count, execute = int(sys.argv[1]), 0, DuckDbSqlClient.execute_query

def counted(self, query, *args, **kwargs):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(self, query, *args, **kwargs)

DuckDbSqlClient.execute_query = counted
code = main()
print(count)
sys.exit(code)
"""
# Runs the source and kills itself in the n-th step of one kind that its loading library takes between reading and
# loading.
NORMALISING_CHILD = """
import os, signal, sys
from dlt.normalize.normalize import Normalize
from pipelines.incident_io.__main__ import main

step = getattr(Normalize, sys.argv[1])

def killed(*args, **kwargs):
    if sys.argv[2] == "after":
        step(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(Normalize, sys.argv[1], killed)
sys.exit(main())
"""


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: FakeApi) -> Settings:
    return Settings(home=tmp_path / "home", seeds=tmp_path, as_of=AS_OF, api_url=api.url, api_key=KEY)


def copy_of(settings: Settings, name: str) -> Settings:
    """The same settings a week later, over a copy of the home: a sweep is due there."""
    target = settings.home.parent / name
    shutil.copytree(settings.home, target)
    return replace(settings, home=target, as_of=AS_OF + timedelta(days=7))


def environ_of(settings: Settings) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(settings.home.parent),
        "INCIDENT_IO_API_KEY": KEY,
        "INCIDENT_IO_API_URL": settings.api_url,
        "INCIDENT_MARTS_HOME": str(settings.home),
        "INCIDENT_MARTS_AS_OF": settings.as_of.isoformat(),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def run_child(settings: Settings, last_statement: int) -> subprocess.CompletedProcess[str]:
    return run_program(settings, CHILD, str(last_statement))


def run_program(settings: Settings, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environ_of(settings),
        cwd=settings.home.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_killed_while_loading_is_made_good_by_the_next_one(api: FakeApi, settings: Settings) -> None:
    populate(api)
    # So many that the history of one incident is cheaper to ask for than the whole list.
    api.rows["incident_updates"] = [
        {"id": f"U{number:04d}", "incident_id": f"I{number % 7:05d}", "created_at": "2024-01-02T03:04:05Z"}
        for number in range(600)
    ]
    run(settings)
    undisturbed = copy_of(settings, "undisturbed")
    disturbed_daily = copy_of(settings, "daily")
    api.rows["incidents"][1] |= {"name": "changed", "updated_at": "2024-03-03T00:00:00Z"}
    api.rows["incidents"].append(incident(20, updated_at="2024-03-03T00:00:00Z"))
    api.rows["incident_updates"].append(
        {"id": "U0700", "incident_id": "I00001", "created_at": "2024-03-03T00:00:00Z"}
    )
    api.rows["incidents"].pop(3)
    api.rows["users"].pop()
    done = run_child(undisturbed, 0)
    assert done.returncode == 0, done.stderr
    expected = everything(undisturbed)
    statements = int(done.stdout)
    seed = random.SystemRandom().randrange(10_000)
    print(f"seed {seed} of {statements} statements")
    for number, last in enumerate(random.Random(seed).sample(range(1, statements + 1), 3)):
        killed = copy_of(settings, f"killed{number}")
        assert run_child(killed, last).returncode == -signal.SIGKILL
        done = run_child(killed, 0)
        assert done.returncode == 0, done.stderr
        assert everything(killed) == expected, f"seed {seed}, killed before statement {last}"
    # An incremental run is killed as well: its incidents may be stored when their history is not.
    daily = replace(disturbed_daily, as_of=AS_OF)
    last = random.Random(seed).randrange(statements // 2, statements)
    run_child(daily, last)
    run(daily)
    assert [row[0] for row in everything(daily)["incident_updates"]] == [
        row[0] for row in expected["incident_updates"]
    ], f"seed {seed}, killed before statement {last}"


def changed_account(api: FakeApi, settings: Settings) -> tuple[Settings, dict[str, list[tuple[object, ...]]]]:
    """A home loaded once, after which the account changed, and what an undisturbed sweep of it holds."""
    populate(api)
    run(settings)
    undisturbed = copy_of(settings, "undisturbed")
    api.rows["incidents"][1] |= {"name": "changed", "updated_at": "2024-03-03T00:00:00Z"}
    api.rows["incidents"].append(incident(20, updated_at="2024-03-03T00:00:00Z"))
    api.rows["incidents"].pop(3)
    api.rows["users"].pop()
    api.requests.clear()
    run(undisturbed)
    return copy_of(settings, "killed"), everything(undisturbed)


def test_a_run_killed_while_reading_is_made_good_by_the_next_one(api: FakeApi, settings: Settings) -> None:
    killed, expected = changed_account(api, settings)
    count_requests = len(api.requests)
    seed = random.SystemRandom().randrange(10_000)
    last = random.Random(seed).randrange(2, count_requests)
    child = subprocess.Popen(
        [sys.executable, "-m", "pipelines.incident_io"], env=environ_of(killed), cwd=killed.home.parent
    )
    api.requests.clear()

    def kill(path: str, params: dict[str, list[str]]) -> None:
        if len(api.requests) >= last:
            child.kill()

    api.before_answer = kill
    assert child.wait(60) == -signal.SIGKILL
    api.before_answer = None
    run(killed)
    assert everything(killed) == expected, f"seed {seed}, killed at request {last} of {count_requests}"


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", ["run", "spool_files", "spool_schema_files"])
def test_a_run_killed_while_normalising_is_made_good_by_the_next_one(
    api: FakeApi, settings: Settings, step: str, moment: str
) -> None:
    killed, expected = changed_account(api, settings)
    done = run_program(killed, NORMALISING_CHILD, step, moment)
    assert done.returncode == -signal.SIGKILL, done.stderr
    run(killed)
    assert everything(killed) == expected
