"""Breaks rules of the restatement log one at a time and reports which breakages its tests do not notice.

Run by hand: `python -m tests.dbt.restatement_mutations [number ...]`. Each mutation is a textual change in a copy
of the queries of `pipelines/restatements`; the first failing test kills it. Exit code 1 when one survives or when
its text is no longer there.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipelines import restatements
from tests.dbt import conftest
from tests.dbt.compiled_project import DbtProject
from tests.dbt.mutation import Mutation

TESTS = "tests/dbt/test_restatements.py"
SOUND = restatements.SQL
STATES, REASONS, TOTALS = "changed_incidents.sql", "incident_reasons.sql", "changed_totals.sql"
DIFFERING, TOTAL_REASONS = "differing_totals.sql", "total_reasons.sql"
COMPARED, PARTS = "compared_evidence.sql", "part_changes.sql"

MUTATIONS = (
    Mutation(STATES, "paired.was_known\n            and", "true\n            and"),
    Mutation(STATES, "where new_teams.path is distinct from old_teams.path", "where false"),
    Mutation(STATES, "paired.was_eligible <> paired.is_eligible", "false"),
    Mutation(STATES, "or paired.old_seconds is distinct from paired.new_seconds", ""),
    Mutation(STATES, "or old_incidents.updated_at is distinct from new_incidents.updated_at", ""),
    Mutation(STATES, "or paired.old_team_ids is distinct from paired.new_team_ids", ""),
    Mutation(REASONS, "when compared_evidence.seed_file = 'incident_owners.csv' then 'mapping_edit'", ""),
    Mutation(
        REASONS, "when not compared_evidence.is_still_carried and compared_evidence.is_renamed then 'other'", ""
    ),
    Mutation(REASONS, "when not compared_evidence.is_still_carried then 'late_update'", ""),
    Mutation(REASONS, "when compared_evidence.attribution_step = 'service' then 'ownership_edit'", ""),
    Mutation(
        REASONS, "and compared_evidence.is_source_kept\n                then 'hierarchy_edit'", "and false then ''"
    ),
    Mutation(REASONS, "coalesce(strongest_reasons.reason, 'definition_change')", "strongest_reasons.reason"),
    Mutation(REASONS, "or changed_incidents.is_newly_deleted then", "then"),
    Mutation(REASONS, "when changed_incidents.is_newly_reopened then 'reopened'", ""),
    Mutation(REASONS, "when changed_incidents.is_updated then 'late_update'", ""),
    Mutation("differing_evidence.sql", "where is_winner", "where true"),
    Mutation(COMPARED, "and carried.other_side = kept_values.side", ""),
    Mutation(COMPARED, "and own_values.value_id = field_values.value_id", "and false"),
    Mutation(COMPARED, "and carried.seed_file is not distinct from kept_sources.seed_file", ""),
    Mutation(
        PARTS, "coalesce(incident_reasons.credit_reason, 'hierarchy_edit')", "incident_reasons.credit_reason"
    ),
    Mutation(PARTS, "when shared_scopes.incident_id is null and", "when false and"),
    Mutation(PARTS, "when 'resolved' then incidents.old_seconds", "when 'resolved' then 0"),
    Mutation("sides/scopes.sql", "unnest(teams.path) as scope_id", "credits.team_id as scope_id"),
    Mutation(DIFFERING, "old_totals.is_complete\n    and", "true\n    and"),
    Mutation(TOTAL_REASONS, "and totals.event = part_changes.event", ""),
    Mutation(TOTAL_REASONS, "and totals.period_end > part_changes.local_date", ""),
    Mutation(TOTAL_REASONS, "(-nearest.count_incidents, reason_orders.reason_order)", "nearest.count_incidents"),
    Mutation(TOTAL_REASONS, "where totals.rollup = 'subtree' and", "where false and"),
    Mutation(TOTAL_REASONS, "found.distance = min(found.distance)", "found.distance = max(found.distance)"),
    Mutation(TOTALS, "when redefined_metrics.metric is not null then 'definition_change'", ""),
    Mutation(TOTALS, "when lost_teams.team_id is not null then 'hierarchy_edit'", ""),
    Mutation(TOTALS, "when totals.is_gone then 'definition_change'", ""),
)


class FirstFailure:
    """Remembers the name of the first test that fails."""

    name: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest after each phase of a test."""
        if report.failed and self.name is None:
            self.name = report.nodeid.rpartition("::")[2]


def main(numbers: list[int]) -> int:
    """Try the mutations of these numbers, all when none is given; returns how many were not killed."""
    alive = 0
    with tempfile.TemporaryDirectory(prefix="mutations-") as scratch:
        _compile_once(Path(scratch) / "dbt")
        if failing := _first_failure(SOUND):  # it would kill every mutation
            raise SystemExit(f"{failing} fails without any mutation")
        for number, mutation in enumerate(MUTATIONS, start=1):
            if numbers and number not in numbers:
                continue
            outcome = _try(mutation, Path(scratch) / str(number))
            alive += outcome.startswith("NOT")
            change = mutation.new or f"(removed) {mutation.old}"
            print(
                f"{number:2d}/{len(MUTATIONS)} {outcome}: {mutation.file}: {' '.join(change.split())}", flush=True
            )
    return alive


def _compile_once(scratch: Path) -> None:
    """Lets the fixtures of every run of pytest in this process share one parsed and compiled project."""
    project = DbtProject(scratch)
    compile_once = cache(lambda variables: project.compile(json.loads(variables)))

    class Shared:
        def __init__(self, scratch: Path) -> None:
            pass

        def compile(self, variables: dict[str, Any]) -> Any:
            return compile_once(json.dumps(variables, sort_keys=True))

    conftest.DbtProject = Shared  # type: ignore[misc, assignment]


def _try(mutation: Mutation, folder: Path) -> str:
    shutil.copytree(SOUND, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / mutation.file
    text = file.read_text(encoding="utf-8")
    if mutation.old not in text:
        return "NOT APPLICABLE, the text is gone"
    file.write_text(text.replace(mutation.old, mutation.new, 1), encoding="utf-8")
    failing = _first_failure(folder)
    return f"noticed ({failing})" if failing else "NOT NOTICED"


def _first_failure(folder: Path) -> str | None:
    """Runs the tests of the log with the queries of a folder, up to the first failure; the name of that test."""
    restatements.SQL = folder
    first = FirstFailure()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-x", "-q", "--no-header", TESTS], plugins=[first])
    return first.name


if __name__ == "__main__":
    sys.exit(1 if main([int(number) for number in sys.argv[1:]]) else 0)
