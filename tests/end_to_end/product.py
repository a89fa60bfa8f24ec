"""The product as a user runs it: a process of its own, a home of its own, an API over real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psutil

from pipelines.settings import DEMO_SEEDS_DIR

AS_OF = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
AUDIT_DIR = Path(__file__).parent / "audit"
# Rows of these tables tell of the run itself, so they differ between runs of the same data.
ABOUT_THE_RUN = {"run_log", "rpt_restatements"}


@dataclass
class Finished:
    """A finished command: exit code, both streams, and every command line and network address seen below it."""

    code: int
    stdout: str
    stderr: str
    command_lines: set[str]
    addresses: set[str] = field(default_factory=set)

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


@dataclass
class Product:
    """Runs `incident-marts` commands against one home."""

    home: Path
    api_url: str
    api_key: str | None
    seeds: Path = DEMO_SEEDS_DIR
    as_of: datetime = AS_OF
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def connections_log(self) -> Path:
        """Where the processes of this home note the addresses they connect to."""
        return self.home.with_name(f"{self.home.name}-connections.log")

    @property
    def environ(self) -> dict[str, str]:
        """A clean environment: nothing of the machine's own settings reaches the run."""
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home.with_name(f"{self.home.name}-user")),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(AUDIT_DIR),
            "CONNECTIONS_LOG": str(self.connections_log),
            "INCIDENT_MARTS_HOME": str(self.home),
            "INCIDENT_MARTS_SEEDS": str(self.seeds),
            "INCIDENT_MARTS_AS_OF": self.as_of.isoformat(),
            "INCIDENT_IO_API_URL": self.api_url,
        }
        if self.api_key is not None:
            environ["INCIDENT_IO_API_KEY"] = self.api_key
        return environ | self.extra

    def run(self, *arguments: str) -> Finished:
        """Run one command to its end in an empty working folder."""
        work = self.home.with_name(f"{self.home.name}-cwd")
        work.mkdir(parents=True, exist_ok=True)
        self.connections_log.unlink(missing_ok=True)
        child = subprocess.Popen(
            [sys.executable, "-m", "apps.cli", *arguments],
            env=self.environ,
            cwd=work,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        seen: set[str] = set()
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.05):
                try:
                    root = psutil.Process(child.pid)
                    for process in [root, *root.children(recursive=True)]:
                        seen.add("\0".join(process.cmdline()))
                except psutil.Error:
                    continue

        watcher = threading.Thread(target=watch)
        watcher.start()
        stdout, stderr = child.communicate()
        ended.set()
        watcher.join()
        noted = self.connections_log.read_text() if self.connections_log.exists() else ""
        return Finished(child.returncode, stdout, stderr, seen, set(noted.split("\n")) - {""})

    def succeed(self, *arguments: str) -> Finished:
        """Run one command that must exit with 0."""
        finished = self.run(*arguments)
        assert finished.code == 0, finished.stdout + finished.stderr
        return finished

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the published marts."""
        with duckdb.connect(str((self.home / "marts.duckdb").resolve()), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(sql).fetchall()

    def marts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every published table that tells of the data, in file order."""
        names = self.query("select table_name from duckdb_tables() where schema_name = 'marts' order by 1")
        return {name: self.query(f"select * from marts.{name}") for (name,) in names if name not in ABOUT_THE_RUN}

    def raw(self) -> dict[str, list[str]]:
        """Every raw row as text, sorted, without the load's own column."""
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            names = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'raw_incident_io'"
                " and not starts_with(table_name, '_dlt') order by 1"
            ).fetchall()
            return {
                name: sorted(
                    map(
                        str,
                        connection.execute(
                            f"select * exclude (_dlt_load_id) from raw_incident_io.{name}"
                        ).fetchall(),
                    )
                )
                for (name,) in names
            }


def files_holding(folder: Path, needle: bytes) -> list[Path]:
    """Files below a folder whose bytes hold the needle."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and needle in path.read_bytes()
    ]
