"""The run lock between threads and processes, and read-only connections."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse import (
    WarehouseBusyError,
    WarehouseMissingError,
    copy_warehouse,
    raw_row_counts,
    read_only,
    run_lock,
)

HOLD_LOCK = """
import sys, time
from pathlib import Path
from pipelines.warehouse import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

DIE_WRITING = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("create table one as select 1 as n")
os._exit(9)
"""


def start_holder(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD_LOCK, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str], with_signal: int = signal.SIGKILL) -> None:
    process.send_signal(with_signal)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def lock_in_a_thread(home: Path) -> list[BaseException | None]:
    outcome: list[BaseException | None] = []

    def attempt() -> None:
        try:
            with run_lock(home):
                outcome.append(None)
        except WarehouseBusyError as error:
            outcome.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return outcome


def test_another_process_is_refused_with_pid_host_and_since(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    try:
        with pytest.raises(WarehouseBusyError) as caught, run_lock(tmp_path):
            pass
        message = str(caught.value)
        assert f"process {holder.pid} on " in message
        assert " since 20" in message
        assert str(tmp_path) in message
    finally:
        end(holder)


def test_who_looks_for_a_moment_makes_nobody_fail(tmp_path: Path) -> None:
    inside, leave = threading.Event(), threading.Event()

    def look() -> None:
        with run_lock(tmp_path, brief=True):
            inside.set()
            leave.wait()

    looking = threading.Thread(target=look)
    looking.start()
    inside.wait()
    threading.Timer(0.3, leave.set).start()
    assert lock_in_a_thread(tmp_path) == [None]
    assert leave.is_set()
    looking.join()


def test_the_copy_of_a_warehouse_holds_what_was_written(tmp_path: Path) -> None:
    warehouse, copy = tmp_path / "warehouse.duckdb", tmp_path / "copy.duckdb"
    with pytest.raises(WarehouseMissingError):
        copy_warehouse(tmp_path, warehouse, copy)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table one as select 1 as number")
    copy_warehouse(tmp_path, warehouse, copy)
    with read_only(copy) as connection:
        assert connection.execute("select number from one").fetchall() == [(1,)]
    with run_lock(tmp_path):
        refused: list[BaseException] = []

        def attempt() -> None:
            try:
                copy_warehouse(tmp_path, warehouse, copy)
            except WarehouseBusyError as error:
                refused.append(error)

        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        assert len(refused) == 1


def test_the_copy_brings_along_what_a_dead_process_left_in_its_log(tmp_path: Path) -> None:
    warehouse, copy = tmp_path / "warehouse.duckdb", tmp_path / "copy.duckdb"
    subprocess.run([sys.executable, "-c", DIE_WRITING, str(warehouse)], check=False)
    assert (tmp_path / "warehouse.duckdb.wal").exists()
    copy_warehouse(tmp_path, warehouse, copy)
    with read_only(copy) as connection:
        assert connection.execute("select n from one").fetchall() == [(1,)]


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    end(start_holder(tmp_path))
    assert (tmp_path / "run.lock.holder").exists()
    with run_lock(tmp_path):
        pass


def test_another_thread_is_refused_and_may_enter_afterwards(tmp_path: Path) -> None:
    with run_lock(tmp_path):
        (refusal,) = lock_in_a_thread(tmp_path)
        assert f"process {os.getpid()} on " in str(refusal)
    assert lock_in_a_thread(tmp_path) == [None]


def test_the_thread_that_holds_the_lock_may_take_it_again(tmp_path: Path) -> None:
    with run_lock(tmp_path):
        with run_lock(tmp_path / ".." / tmp_path.name):
            pass
        assert isinstance(lock_in_a_thread(tmp_path)[0], WarehouseBusyError)


def test_a_failure_inside_lets_go_of_the_lock(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), run_lock(tmp_path):
        raise RuntimeError
    assert lock_in_a_thread(tmp_path) == [None]
    assert not (tmp_path / "run.lock.holder").exists()


def test_two_homes_do_not_share_a_lock(tmp_path: Path) -> None:
    with run_lock(tmp_path / "one"):
        assert lock_in_a_thread(tmp_path / "two") == [None]


def test_a_lock_without_a_readable_holder_still_says_what_to_do(tmp_path: Path) -> None:
    with run_lock(tmp_path):
        (tmp_path / "run.lock.holder").write_text("{")
        (refusal,) = lock_in_a_thread(tmp_path)
    assert "starting or ending" in str(refusal)


def test_a_read_only_connection_speaks_utc_and_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "some.duckdb"
    duckdb.connect(str(path)).close()
    with read_only(path) as connection:
        assert connection.execute("select current_setting('timezone')").fetchone() == ("UTC",)
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("create table t (i integer)")


def test_reading_a_warehouse_that_does_not_exist_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissingError, match="incident-marts run"):
        read_only(tmp_path / "warehouse.duckdb")


def test_reading_a_warehouse_that_is_being_written_says_so(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)), pytest.raises(WarehouseBusyError, match="a run writes it"):
        read_only(path)


def test_raw_row_counts_cover_every_table_but_the_bookkeeping(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw_incident_io")
        connection.execute("create table raw_incident_io.incidents as select range as id from range(3)")
        connection.execute("create table raw_incident_io.users (id varchar)")
        connection.execute("create table raw_incident_io._dlt_loads (load_id varchar)")
    assert raw_row_counts(path) == {"incidents": 3, "users": 0}


def test_raw_row_counts_of_a_warehouse_never_loaded_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path)).close()
    assert raw_row_counts(path) == {}
