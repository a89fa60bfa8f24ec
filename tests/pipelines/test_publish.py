"""Publishing: a whole copy or the old one, whatever happens, and readers that hold nothing up."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import publish as publishing
from pipelines.publish import PublishError, publish
from pipelines.settings import Settings
from pipelines.warehouse import read_only

TABLES = ["dim_teams", "fct_incidents"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home with 'quote'"
    home.mkdir()
    settings = Settings(home=home, seeds=tmp_path, as_of=datetime(2026, 1, 1, tzinfo=UTC))
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema staging")
        connection.execute("create table staging.secret as select 1 as id")
        connection.execute("create view marts.peek as select * from staging.secret")
        connection.execute(
            "create table marts.fct_incidents (incident_id varchar not null, occurred_at timestamptz,"
            " team_ids varchar[], detail json, weight double)"
        )
        connection.execute("comment on table marts.fct_incidents is 'One row per incident''s life'")
        connection.execute("comment on column marts.fct_incidents.weight is 'Sums to 1'")
        connection.execute("create table marts.dim_teams (team_id varchar primary key)")
        connection.execute("insert into marts.dim_teams values ('b'), ('a')")
    write_incidents(settings, range(100))
    return settings


def write_incidents(settings: Settings, numbers: range) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("delete from marts.fct_incidents")
        connection.executemany(
            "insert into marts.fct_incidents values (?, '2026-01-01T00:00:00Z', ['x', 'y'], ?, 0.5)",
            [(f"{number:06}", json.dumps({"n": number})) for number in numbers],
        )


def count_incidents(settings: Settings) -> int:
    with duckdb.connect(str(settings.marts.resolve()), read_only=True) as connection:
        row = connection.execute("select count(*) from marts.fct_incidents").fetchone()
    assert row is not None
    return int(row[0])


def files_under(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_only_tables_of_the_marts_are_published_with_types_constraints_and_comments(settings: Settings) -> None:
    published = publish(settings, "one")
    assert published.tables == {"dim_teams": 2, "fct_incidents": 100}
    with read_only(settings.marts) as connection:
        assert connection.execute(
            "select schema_name, table_name from duckdb_tables() order by all"
        ).fetchall() == [("marts", name) for name in TABLES]
        assert connection.execute("select view_name from duckdb_views() where not internal").fetchall() == []
        assert connection.execute(
            "select column_name, data_type, is_nullable, comment from duckdb_columns()"
            " where table_name = 'fct_incidents' order by column_index"
        ).fetchall() == [
            ("incident_id", "VARCHAR", False, None),
            ("occurred_at", "TIMESTAMP WITH TIME ZONE", True, None),
            ("team_ids", "VARCHAR[]", True, None),
            ("detail", "JSON", True, None),
            ("weight", "DOUBLE", True, "Sums to 1"),
        ]
        assert connection.execute(
            "select comment from duckdb_tables() where table_name = 'fct_incidents'"
        ).fetchone() == ("One row per incident's life",)
        assert connection.execute("select team_id from marts.dim_teams").fetchall() == [("a",), ("b",)]


def test_the_file_is_a_relative_link_to_a_copy_that_nobody_may_write(settings: Settings) -> None:
    published = publish(settings, "one")
    assert os.readlink(settings.marts) == "published/marts-one.duckdb"
    assert published.path == settings.home / "published" / "marts-one.duckdb"
    assert published.path.stat().st_mode & 0o222 == 0
    assert not os.path.isabs(os.readlink(settings.export_dir))


def test_the_file_has_the_storage_version_that_duckdb_1_4_reads(settings: Settings) -> None:
    publish(settings, "one")
    with read_only(settings.marts) as connection:
        tags = connection.execute(
            "select tags from duckdb_databases() where database_name = 'marts-one'"
        ).fetchone()
    assert tags is not None
    assert tags[0]["storage_version"].startswith("v1.4.0")


def test_parquet_holds_the_same_rows(settings: Settings) -> None:
    published = publish(settings, "one")
    assert sorted(os.listdir(published.export_dir)) == [f"{name}.parquet" for name in TABLES]
    with read_only(settings.marts) as connection:
        different = connection.execute(
            "(from marts.fct_incidents except all from read_parquet($file))"
            " union all (from read_parquet($file) except all from marts.fct_incidents)",
            {"file": str(settings.export_dir / "fct_incidents.parquet")},
        ).fetchall()
    assert different == []


def test_the_same_marts_in_another_order_give_the_same_bytes(settings: Settings) -> None:
    def content() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in settings.export_dir.iterdir()}

    publish(settings, "one")
    first = content()
    write_incidents(settings, range(99, -1, -1))
    publish(settings, "two")
    assert content() == first


def test_an_open_connection_keeps_its_copy_and_a_new_one_sees_the_next(settings: Settings) -> None:
    publish(settings, "one")
    with read_only(settings.marts) as before:
        write_incidents(settings, range(5))
        publish(settings, "two")
        assert before.execute("select count(*) from marts.fct_incidents").fetchone() == (100,)
        assert count_incidents(settings) == 5


def test_readers_work_while_a_run_writes_the_warehouse(settings: Settings) -> None:
    publish(settings, "one")
    with duckdb.connect(str(settings.warehouse)) as writer:
        writer.execute("begin")
        writer.execute("delete from marts.fct_incidents")
        script = (
            "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True);"
            "print(c.execute('select count(*) from marts.fct_incidents').fetchone()[0])"
        )
        read = subprocess.run(
            [sys.executable, "-c", script, str(settings.marts)], capture_output=True, text=True, check=True
        )
        writer.execute("rollback")
    assert read.stdout == "100\n"


def test_the_last_three_copies_are_kept(settings: Settings) -> None:
    for run_id in ("a", "b", "c", "d", "e"):
        publish(settings, run_id)
    assert sorted(os.listdir(settings.home / "published")) == [
        *(f"export-{run_id}" for run_id in "cde"),
        *(f"marts-{run_id}.duckdb" for run_id in "cde"),
    ]


def test_the_same_run_may_publish_again(settings: Settings) -> None:
    publish(settings, "one")
    write_incidents(settings, range(7))
    published = publish(settings, "one")
    assert count_incidents(settings) == 7
    assert published.tables["fct_incidents"] == 7
    with duckdb.connect() as connection:
        parquet = str(settings.export_dir / "fct_incidents.parquet")
        assert connection.execute("select count(*) from read_parquet(?)", [parquet]).fetchone() == (7,)


def test_a_warehouse_without_marts_publishes_nothing(settings: Settings) -> None:
    publish(settings, "one")
    before = files_under(settings.home)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("drop schema marts cascade")
    with pytest.raises(PublishError, match="incident-marts build"):
        publish(settings, "two")
    assert files_under(settings.home) == before


def test_a_missing_warehouse_is_named(settings: Settings) -> None:
    settings.warehouse.unlink()
    with pytest.raises(PublishError, match=r"warehouse\.duckdb does not exist"):
        publish(settings, "one")


@pytest.mark.parametrize("step", ["_verify", "_flush", "_copy_comments", "_point"])
def test_a_publish_that_fails_changes_nothing_and_leaves_nothing(
    settings: Settings, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(settings, "one")
    links = [os.readlink(settings.marts), os.readlink(settings.export_dir)]

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, step, no_space)
    with pytest.raises(PublishError, match="readers keep the last copy"):
        publish(settings, "two")
    assert [os.readlink(settings.marts), os.readlink(settings.export_dir)] == links
    assert not [name for name in files_under(settings.home) if ".part" in name]
    assert count_incidents(settings) == 100


def test_a_copy_that_lost_rows_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    write = publishing._write_copy

    def losing(warehouse: Path, copy: Path, export: Path, spill: Path) -> dict[str, int]:
        tables = write(warehouse, copy, export, spill)
        with duckdb.connect(str(copy)) as connection:
            connection.execute("delete from marts.dim_teams where team_id = 'a'")
        return tables

    monkeypatch.setattr(publishing, "_write_copy", losing)
    with pytest.raises(PublishError, match="does not match the warehouse in dim_teams"):
        publish(settings, "one")
    assert not settings.marts.exists()


PUBLISH_SLOWLY = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from pipelines import publish as publishing
from pipelines.settings import Settings
def wait(*_):
    print("copied", flush=True)
    time.sleep(60)
publishing._verify = wait
home = Path(sys.argv[1])
publishing.publish(Settings(home=home, seeds=home, as_of=datetime(2026, 1, 1, tzinfo=UTC)), "two")
"""


def test_a_killed_publish_leaves_readers_alone_and_the_next_one_cleans_up(settings: Settings) -> None:
    publish(settings, "one")
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISH_SLOWLY, str(settings.home)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "copied\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert [name for name in files_under(settings.home) if ".part" in name]
    assert os.readlink(settings.marts) == "published/marts-one.duckdb"
    publish(settings, "three")
    assert not [name for name in files_under(settings.home) if ".part" in name]
    assert os.readlink(settings.marts) == "published/marts-three.duckdb"


def test_a_reader_in_a_loop_never_sees_a_missing_or_partial_copy(settings: Settings, tmp_path: Path) -> None:
    publish(settings, "start")
    script = """
import duckdb, pathlib, sys
marts, stop = sys.argv[1], pathlib.Path(sys.argv[2])
seen = set()
print("reading", flush=True)
while not stop.exists():
    with duckdb.connect(marts, read_only=True) as connection:
        seen.add(connection.execute("select count(*) from marts.fct_incidents").fetchone()[0])
print(sorted(seen))
"""
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(settings.marts), str(stop)], stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    for number in range(6):
        write_incidents(settings, range(100 if number % 2 else 50))
        publish(settings, f"run-{number}")
        time.sleep(0.05)
    stop.touch()
    output, _ = reader.communicate(timeout=30)
    assert reader.returncode == 0
    assert set(json.loads(output)) <= {50, 100}


DIE_WHILE_WRITING = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("insert into marts.dim_teams values ('committed')")
connection.execute("begin")
connection.execute("delete from marts.dim_teams")
os._exit(9)
"""


def test_a_warehouse_whose_writer_died_is_published_as_last_committed(settings: Settings) -> None:
    subprocess.run([sys.executable, "-c", DIE_WHILE_WRITING, str(settings.warehouse)], check=False)
    assert settings.warehouse.with_name("warehouse.duckdb.wal").exists()
    assert publish(settings, "one").tables["dim_teams"] == 3


def test_a_folder_of_the_users_own_is_not_overwritten(settings: Settings) -> None:
    settings.export_dir.mkdir()
    with pytest.raises(PublishError, match="move it away"):
        publish(settings, "one")


@pytest.mark.parametrize("run_id", ["", "../up", "a/b", "x.part"])
def test_a_run_id_must_fit_into_a_file_name(settings: Settings, run_id: str) -> None:
    with pytest.raises(PublishError, match="file name"):
        publish(settings, run_id)
