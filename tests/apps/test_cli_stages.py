"""`run`, `extract`, `build` and `publish` as a newcomer meets them: the demo, a failing build, an interrupt."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest
from cli_support import Finished, environment, run_command

DEADLINE_SECONDS = 300


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stages") / "home"


@pytest.fixture(scope="module")
def first_run(home: Path) -> Finished:
    finished = run_command(home, "run")
    assert finished.code == 0, finished.stderr
    return finished


def published(home: Path) -> Path:
    return (home / "demo" / "marts.duckdb").resolve()


def statuses(home: Path) -> list[str]:
    with duckdb.connect(str(home / "demo" / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("select status from marts.run_log order by started_at").fetchall()
    return [status for (status,) in rows]


def test_without_an_account_a_run_is_the_demo_and_says_so(first_run: Finished, home: Path):
    assert "No incident.io account is connected, so this is the demo" in first_run.stderr
    assert {path.name for path in home.iterdir()} == {"demo"}


def test_a_run_ends_with_numbers_where_the_marts_are_and_what_to_do_next(first_run: Finished, home: Path):
    for expected in ("week of", "month of", "team, quarter of", str(home / "demo" / "marts.duckdb"), "Next"):
        assert expected in first_run.stdout
    for step in ("custom_field", "explicit_owner", "service", "organisation"):
        assert f"credited by the step {step}" in first_run.stdout
    assert "dagster" not in first_run.stderr.casefold()


def test_a_reader_needs_no_option_to_find_the_demo(first_run: Finished, home: Path):
    assert run_command(home, "metrics").code == 0


def test_extract_never_takes_the_demo_by_itself(first_run: Finished, home: Path):
    assert run_command(home, "extract").code == 2


def test_a_failed_build_publishes_nothing_and_neither_does_publish_after_it(first_run: Finished, home: Path):
    before = published(home)
    failed = run_command(home, "build", "--json", DBT_DUCKDB_MEMORY_LIMIT="a lot")
    assert failed.code == 1
    assert failed.document["exit_code"] == 1
    assert "Parser Error" in failed.stderr
    assert "readers keep the last good copy" in failed.stderr
    assert "Traceback" not in failed.stderr
    refused = run_command(home, "publish")
    assert refused.code == 1
    assert "The last build did not succeed" in refused.stderr
    assert published(home) == before
    assert statuses(home) == ["succeeded", "failed"]


def test_an_interrupted_build_is_130_leaves_no_process_and_may_not_be_published(first_run: Finished, home: Path):
    before = published(home)
    child = subprocess.Popen(
        [sys.executable, "-m", "apps.cli", "build"],
        cwd=home.parent,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    watchdog = threading.Timer(DEADLINE_SECONDS, child.kill)
    watchdog.start()
    try:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith("Building"):
                child.send_signal(signal.SIGINT)
                break
        stdout, stderr = child.communicate()
    finally:
        watchdog.cancel()
    assert child.returncode == 130
    assert stdout == ""
    assert "Interrupted." in stderr
    assert "Traceback" not in stderr
    assert published(home) == before
    assert run_command(home, "publish").code == 1


def test_the_stages_alone_make_a_run(first_run: Finished, home: Path):
    before = published(home)
    changes = run_command(home, "extract", "--demo", "--json")
    assert changes.document["rows"]["incidents"] < 100
    extracted = run_command(home, "extract", "--demo", "--full-refresh", "--json")
    assert extracted.code == 0, extracted.stderr
    assert extracted.document["rows"]["incidents"] > 1000
    built = run_command(home, "build", "--json")
    assert built.code == 0, built.stderr
    assert built.document["checks"]["failed"] == 0
    assert published(home) == before
    done = run_command(home, "publish", "--json")
    assert done.code == 0, done.stderr
    assert done.document["published"]["tables"]["fct_incidents"] == extracted.document["rows"]["incidents"]
    assert published(home) != before
