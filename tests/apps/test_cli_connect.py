"""`connect`, `disconnect` and `status` as processes against the demo API, and a search for the key afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from cli_support import Finished, environment

from apps.demo_api.access import Key
from apps.demo_api.account import Account
from apps.demo_api.server import DemoServer
from pipelines.incident_io.endpoints import ENDPOINTS
from pipelines.run_log import RunRecord, record_run
from pipelines.settings import load_settings

FIRST, SECOND, NARROW, UNKNOWN = (f"canary-{name}-51f0c2" for name in ("first", "second", "narrow", "unknown"))
MASTER_KEY = "canary-master-key-of-the-operator"
# No keyring of the machine that runs the tests is ever touched.
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    keys = {
        FIRST: Key(name="First"),
        SECOND: Key(name="Second", sees_private=False),
        NARROW: Key.without("users.view", "catalog_types.view", name="Narrow"),
    }
    with DemoServer.generated(incidents=20, keys=keys) as server:
        yield server


class Person:
    """Runs commands for one home and collects everything they print."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.printed = ""
        self.environ = {"INCIDENT_IO_API_URL": url, "INCIDENT_MARTS_MASTER_KEY": MASTER_KEY, **NO_KEYRING}

    def run(self, *arguments: str, key: str = "", **extra: str) -> Finished:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        environ = {name: value for name, value in (self.environ | extra).items() if value}
        done = subprocess.run(
            [sys.executable, "-m", "apps.cli", *arguments],
            cwd=self.home.parent,
            env=environment(self.home, **environ),
            input=key,
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed += done.stdout + done.stderr
        return Finished(done.returncode, done.stdout, done.stderr)

    def connect(self, key: str, *arguments: str, **extra: str) -> Finished:
        return self.run("connect", "--stdin", *arguments, key=f"{key}\n", **extra)

    def files_holding(self, text: str) -> list[Path]:
        return [
            path
            for path in self.home.parent.rglob("*")
            if path.is_file() and (text in path.name or text.encode() in path.read_bytes())
        ]


@pytest.fixture
def person(tmp_path: Path, server: DemoServer) -> Person:
    return Person(tmp_path / "user" / "home", server.url)


def test_a_connected_home_extracts_without_any_key_in_the_environment(person: Person):
    connected = person.connect(FIRST, "--json")
    assert connected.code == 0, connected.stderr
    document = connected.document
    assert (document["ok"], document["store"], document["key_name"]) == (True, "file", "First")
    assert [right["resource"] for right in document["rights"]] == [endpoint.name for endpoint in ENDPOINTS]
    assert document["missing_scopes"] == {}
    extracted = person.run("extract", "--json")
    assert extracted.code == 0, extracted.stderr
    assert extracted.document["rows"]["incidents"] == 20
    doctor = person.run("doctor", "--offline")
    assert "found in the encrypted file" in doctor.stdout
    refused = person.run("extract", INCIDENT_MARTS_MASTER_KEY="another-master-key-than-before")
    assert refused.code == 2
    assert "the master key is not the one" in refused.stderr
    for secret in (FIRST, MASTER_KEY):
        assert person.files_holding(secret) == []
        assert secret not in person.printed


def test_missing_rights_are_a_table_with_scope_and_what_is_lost(person: Person):
    connected = person.connect(NARROW)
    assert connected.code == 0, connected.stderr
    lines = {line.split()[0]: line for line in connected.stdout.splitlines() if line}
    assert "users.view" in lines["users"]
    assert "missing  names and addresses in dim_people" in lines["users"]
    assert "granted" in lines["incidents"]
    assert "catalog_types.view" in lines["catalog_entries"]
    assert "3 of 21 resources cannot be read" in connected.stdout
    status = person.run("status", "--json").document
    assert status["missing_scopes_when_connected"]["users"] == "users.view"


def test_a_new_key_replaces_the_old_one_and_a_refused_one_does_not(person: Person):
    person.connect(FIRST)
    refused = person.connect(UNKNOWN)
    assert refused.code == 1
    assert "does not accept the API key" in refused.stderr
    assert person.run("status", "--check", "--json").document["check"]["key_name"] == "First"
    replaced = person.connect(SECOND)
    assert replaced.code == 0
    assert "lacks the role global_access" in replaced.stdout
    assert person.run("status", "--check", "--json").document["check"]["key_name"] == "Second"
    for key in (FIRST, SECOND, UNKNOWN):
        assert person.files_holding(key) == []
        assert key not in person.printed


def test_a_key_of_another_account_is_refused_and_the_old_one_stays(person: Person):
    person.connect(FIRST)
    before = {path: path.read_bytes() for path in person.home.rglob("*") if path.is_file()}
    other = Account(dashboard_url="https://app.incident.io/other")
    with DemoServer(other, keys={SECOND: Key()}) as elsewhere:
        refused = person.connect(SECOND, INCIDENT_IO_API_URL=elsewhere.url)
    assert refused.code == 2
    assert "belongs to https://app.incident.io/other" in refused.stderr
    assert {path: path.read_bytes() for path in person.home.rglob("*") if path.is_file()} == before


def test_the_environment_wins_and_connect_says_so(person: Person):
    connected = person.connect(FIRST, INCIDENT_IO_API_KEY=SECOND)
    assert connected.code == 0
    assert "INCIDENT_IO_API_KEY is set and wins over the stored key" in connected.stdout
    status = person.run("status", "--json", INCIDENT_IO_API_KEY=SECOND).document
    assert status["key_source"] == "INCIDENT_IO_API_KEY"
    assert "key_name" not in status
    assert person.run("status", "--json").document["key_name"] == "First"


def test_disconnect_forgets_the_key_and_says_what_stays(person: Person):
    person.connect(FIRST)
    gone = person.run("disconnect")
    assert gone.code == 0
    assert "removed from the encrypted file" in gone.stdout
    assert "revoked in incident.io" in gone.stdout
    assert person.run("status", "--json").document["connected"] is False
    assert person.run("extract").code == 2
    again = person.run("disconnect", "--json", INCIDENT_IO_API_KEY=SECOND)
    assert again.document["removed_from"] == []
    assert again.document["still_set"] == "INCIDENT_IO_API_KEY"


def test_without_a_store_nothing_is_asked_sent_or_written(person: Person, server: DemoServer):
    before = len(server.requests)
    refused = person.connect(FIRST, INCIDENT_MARTS_MASTER_KEY="")
    assert refused.code == 2
    assert "INCIDENT_MARTS_MASTER_KEY" in refused.stderr
    assert "keyring.backends.null.Keyring" in refused.stderr
    assert len(server.requests) == before
    assert not person.home.exists()


@pytest.mark.parametrize("key", ["", " ", "two words", "canary-é", "canary\nsecond line"])
def test_what_cannot_be_a_key_is_exit_code_2_and_not_repeated(person: Person, key: str):
    refused = person.connect(key)
    assert refused.code == 2
    assert "canary" not in refused.stdout + refused.stderr
    assert not person.home.exists()


def test_without_a_terminal_and_stdin_the_key_cannot_be_asked_for(person: Person):
    refused = person.run("connect")
    assert refused.code == 2
    assert "--stdin" in refused.stderr


def test_a_key_typed_at_a_terminal_is_not_shown(person: Person):
    ours, theirs = os.openpty()
    person.home.parent.mkdir(parents=True)
    child = subprocess.Popen(
        [sys.executable, "-m", "apps.cli", "connect"],
        cwd=person.home.parent,
        env=environment(person.home, **person.environ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"not shown" not in shown:
        shown += os.read(ours, 1024)
    time.sleep(0.2)  # the prompt is written just before the terminal waits for the line
    os.write(ours, f"{FIRST}\n".encode())
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # how the end of a terminal looks on Linux
    os.close(ours)
    assert child.wait() == 0, shown
    assert b"Connected to" in shown
    assert FIRST.encode() not in shown


def test_status_tells_how_fresh_and_how_complete_the_published_marts_are(person: Person):
    person.home.mkdir(parents=True)
    settings = load_settings({"INCIDENT_MARTS_AS_OF": "2026-03-01T00:00:00Z"}, person.home / "none.env")
    run = RunRecord(
        run_id="r1",
        started_at=settings.as_of,
        finished_at=settings.as_of,
        as_of=settings.as_of,
        status="succeeded",
        rows_per_resource={"incidents": 7, "users": 0},
        missing_scopes={"users": "users.view"},
    )
    record_run(person.home / "copy.duckdb", run)
    (person.home / "marts.duckdb").symlink_to("copy.duckdb")
    last = person.run("status", "--json").document["last_run"]
    assert last["as_of"] == "2026-03-01T00:00:00+00:00"
    assert last["age_seconds"] > 0
    assert last["missing_scopes"] == {"users": "users.view"}
    assert last["rows_per_resource"] == {"incidents": 7, "users": 0}
    text = person.run("status").stdout
    assert "users needs the scope users.view" in text
    assert "days ago" in text
    with duckdb.connect(str(person.home / "copy.duckdb")) as connection:
        connection.execute("drop table marts.run_log")
    assert person.run("status", "--json").document["last_run"] is None


def test_status_checks_the_key_when_asked_and_fails_when_it_does_not_work(person: Person):
    assert person.run("status", "--check").code == 1
    person.connect(FIRST)
    assert person.run("status", "--check").code == 0
    elsewhere = person.run("status", "--check", "--json", INCIDENT_IO_API_URL="http://127.0.0.1:9")
    assert elsewhere.code == 1
    assert elsewhere.document["connected"] is False
    assert "is not sent to http://127.0.0.1:9" in elsewhere.document["check"]["problem"]
    given = {"INCIDENT_IO_API_URL": "http://127.0.0.1:9", "INCIDENT_IO_API_KEY": FIRST}
    unreachable = person.run("status", "--check", "--json", **given)
    assert unreachable.code == 1
    assert unreachable.document["connected"] is True
    assert unreachable.document["check"]["ok"] is False
    assert FIRST not in person.printed
