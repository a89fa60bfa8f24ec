"""Runs a plan: seeds from a folder or a git revision, rehearsed and compared, as one document."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from apps.cli.mapping.plan import compare, marts_of
from orchestration.progress import Progress
from orchestration.rehearsal import rehearse
from orchestration.run import validated_seeds
from pipelines.seeds.account_check import check_against_account
from pipelines.seeds.revision import seeds_of_revision
from pipelines.settings import Settings


def make_plan(
    settings: Settings, *, seeds: Path | None, revision: str | None, grain: str, progress: Progress
) -> dict[str, Any]:
    """What would move, as a document.

    Raises SeedsError, RevisionError, RehearsalError and the errors of a missing or busy warehouse.
    """
    if revision is None:
        folder = seeds.resolve() if seeds else settings.seeds
        return _plan(settings, folder, str(folder), grain, progress)
    with tempfile.TemporaryDirectory(prefix="incident-marts-seeds-") as scratch:
        commit = seeds_of_revision(settings.seeds, revision, Path(scratch))
        return _plan(settings, Path(scratch), f"{settings.seeds} in {revision} ({commit[:10]})", grain, progress)


def _plan(settings: Settings, folder: Path, shown: str, grain: str, progress: Progress) -> dict[str, Any]:
    started = time.monotonic()
    seeds = validated_seeds(replace(settings, seeds=folder))
    with rehearse(settings, seeds, marts_of(grain), progress) as rehearsal:
        plan = compare(rehearsal.connection, grain)
        account = check_against_account(rehearsal.connection, seeds, settings.pii_salt)
    return {
        "seeds": shown,
        "changed_files": [f"{name}.csv" for name in rehearsal.changed_seeds],
        "moves": plan.moves,
        "grain": grain,
        "incidents": plan.incidents,
        "totals": plan.totals,
        "warnings": [*seeds.warnings, *map(str, account.warnings)],
        "seconds": round(time.monotonic() - started, 2),
    }
