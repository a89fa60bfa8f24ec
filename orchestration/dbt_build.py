"""One `dbt build` through dagster-dbt: started with a clean environment, watched, and explained when it fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version

from orchestration.manifest import DBT, target_dir
from orchestration.run import Run
from pipelines.dbt_environment import NEVER_READ, child_environment, dbt_arguments
from pipelines.incident_io.reads import Reads, last_reads
from pipelines.settings import DBT_PROJECT_DIR, Settings

RESULT_EVENTS = {"LogSeedResult", "LogModelResult", "LogSnapshotResult", "LogTestResult"}
BUILT = {"model", "seed", "snapshot", "test"}
SECONDS_TO_END = 10
FAILED = {"error", "fail", "runtime error"}


class BuildError(Exception):
    """dbt could not build the marts or a check failed; `problems` holds one paragraph for each (exit code 1)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class BuildResults:
    """How the nodes of one build ended: names by status, and what the failed ones said."""

    total: int
    passed: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    failing_rows: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Finished nodes, however they ended."""
        return len(self.passed) + len(self.warned) + len(self.failed) + len(self.skipped)

    def check_counts(self) -> dict[str, int]:
        """Checks (dbt tests) by how they ended."""
        endings = {"passed": self.passed, "warned": self.warned, "failed": self.failed}
        return {ending: sum(name.startswith("test.") for name in names) for ending, names in endings.items()}

    def note(self, raw_event: Mapping[str, Any]) -> str | None:
        """Takes in one of dbt's log events; the name of the node when the event ends one."""
        info = raw_event["info"]
        node = raw_event["data"].get("node_info") or {}
        unique_id = node.get("unique_id")
        if info["level"] == "error" and info["name"] not in RESULT_EVENTS:
            self.errors.append(_short(info["msg"]))
        if not unique_id or info["name"] not in {*RESULT_EVENTS, "SkippingDetails"}:
            return None
        status = str(node.get("node_status", "")).lower()
        if info["name"] == "SkippingDetails" or status == "skipped":
            ended = self.skipped
        elif status in FAILED:
            ended = self.failed
        else:
            ended = self.warned if status == "warn" else self.passed
        if unique_id not in ended:
            ended.append(unique_id)
        return str(node.get("node_name") or unique_id.split(".")[-1])


class DbtCommand(DbtCliResource):
    """dagster-dbt's resource without two costs of every call that this project has no use for.

    It would start `dbt --version` in a process of its own and load dbt's adapter into ours (together 6 CPU
    seconds) to fetch column metadata, which is not fetched here. The installed package says its version as well.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:
        return None


def dbt_command() -> DbtCommand:
    """The resource, pointing at this project and at the dbt of this Python environment, wherever PATH points."""
    return DbtCommand(
        project_dir=os.fspath(DBT_PROJECT_DIR),
        profiles_dir=os.fspath(DBT_PROJECT_DIR),
        dbt_executable=os.fspath(DBT),
    )


def build(run: Run, dbt: DbtCliResource, context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Yields Dagster's events of seeds, models, snapshots and tests as dbt finishes them.

    Raises :class:`BuildError` when anything failed. Results are left in `run.built`, and the findings of checks of
    severity warn in `run.warnings`.
    """
    results_path = target_dir(run.settings) / "run_results.json"
    results_path.unlink(missing_ok=True)  # An interrupted build must not look like the one before it.
    with clean_environment(run.settings, last_reads(run.settings.warehouse)):
        invocation = dbt.cli(
            _arguments(run), context=context, target_path=target_dir(run.settings), raise_on_error=False
        )
    results = run.built = BuildResults(total=_count_nodes(invocation.manifest))
    try:
        for event in invocation.stream_raw_events():
            if name := results.note(event.raw_event):
                run.progress.nodes(results.done, results.total, name)
            yield from event.to_default_asset_events(
                invocation.manifest, invocation.dagster_dbt_translator, context, invocation.target_path
            )
    finally:
        _end(invocation.process)
    _read_messages(results, run.settings)
    run.warnings += describe_warnings(results, invocation.manifest)
    if not invocation.is_successful():
        log_file = run.settings.logs_dir / "dbt.log"
        ending = f"Nothing was published, readers keep the last good copy. All that dbt said is in {log_file}"
        raise BuildError([*describe_failures(results, invocation.manifest), ending])


@contextmanager
def clean_environment(settings: Settings, reads: Reads = NEVER_READ) -> Iterator[None]:
    """Inside the block this process's environment is the one a dbt process should inherit: no key in it."""
    before = dict(os.environ)
    clean = child_environment(settings, before, reads)
    try:
        os.environ.clear()
        os.environ.update(clean)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def describe_failures(results: BuildResults, manifest: Mapping[str, Any]) -> list[str]:
    """One paragraph for each failed node: its name, what dbt said, what the check is for, and its file."""
    problems = []
    for unique_id in results.failed:
        node = manifest["nodes"].get(unique_id, {})
        kind = "check" if unique_id.startswith("test.") else node.get("resource_type", "node")
        lines = [f"{kind} {node.get('name', unique_id)} failed: {results.messages.get(unique_id, 'no message')}"]
        description = _meaning(node) if kind == "check" else ""
        if description:
            lines.append(f"  what it means: {description}")
        if path := node.get("original_file_path"):
            lines.append(f"  where: dbt_project/{path}")
        problems.append("\n".join(lines))
    return problems or results.errors or ["dbt failed without a message"]


def describe_warnings(results: BuildResults, manifest: Mapping[str, Any]) -> list[str]:
    """One sentence for each check of severity warn that found rows: its name, how many, what one of them means."""
    sentences = []
    for unique_id in sorted(name for name in results.warned if name.startswith("test.")):
        node = manifest["nodes"].get(unique_id, {})
        rows = results.failing_rows.get(unique_id)
        found = "found something" if rows is None else f"found {rows:,} {'row' if rows == 1 else 'rows'}"
        meaning = _meaning(node).partition(". ")[0].rstrip(".")  # the rest is for whoever opens the file
        sentences.append(f"check {node.get('name', unique_id)} {found}{f'. {meaning}.' if meaning else '.'}")
    return sentences


def _end(process: subprocess.Popen[bytes]) -> None:
    """Makes sure that dbt has let go of the warehouse, also when its events are no longer wanted."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _arguments(run: Run) -> list[str]:
    # Unit tests prove the SQL, not the data: they belong to the project's own tests, not to every run.
    arguments = ["build", *dbt_arguments(run.settings), "--exclude-resource-type", "unit_test"]
    if run.full_refresh:
        arguments.append("--full-refresh")
    if run.dbt_vars:
        arguments += ["--vars", json.dumps(run.dbt_vars, sort_keys=True)]
    return arguments


def _count_nodes(manifest: Mapping[str, Any]) -> int:
    return sum(node["resource_type"] in BUILT for node in manifest["nodes"].values())


def _read_messages(results: BuildResults, settings: Settings) -> None:
    path = target_dir(settings) / "run_results.json"
    if path.exists():
        for result in json.loads(path.read_bytes())["results"]:
            if result.get("message"):
                results.messages[result["unique_id"]] = _short(result["message"])
            if result.get("failures") is not None:
                results.failing_rows[result["unique_id"]] = result["failures"]


def _short(message: str) -> str:
    """The message on one line, without the list of macros or the traceback that dbt appends."""
    said = message.partition("\n  > in macro")[0].partition("Traceback (most recent call last)")[0]
    return " ".join(said.split())


def _meaning(node: Mapping[str, Any]) -> str:
    """What a failing row of a check means: its description, else the comment its SQL opens with."""
    if node.get("description"):
        return " ".join(node["description"].split())
    lines = []
    for line in node.get("raw_code", "").splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
