"""Every error as a sentence on stderr and an exit code; the traceback of an unexpected one goes to a file."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click

from apps.cli.telling import told

FAILED, WRONG_USAGE, BUSY, INTERRUPTED = 1, 2, 3, 130


def report_failure(error: BaseException, as_json: bool) -> int:
    """Says what went wrong and returns the exit code.

    With `as_json` the same goes to stdout as one document, unless the command wrote its document already.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    code, problems = describe(error)
    problems = [told(problem) for problem in problems]
    if isinstance(error, click.UsageError):
        error.show(sys.stderr)
    else:
        for problem in problems:
            click.echo(problem, err=True)
    if as_json:
        document: dict[str, Any] = {"ok": False, "exit_code": code, "problems": problems}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    return code


def describe(error: BaseException) -> tuple[int, list[str]]:
    """Exit code and sentences for an error."""
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return INTERRUPTED, ["Interrupted. Nothing was published; the next run goes on from what was loaded."]
    if isinstance(error, click.UsageError):
        return WRONG_USAGE, [error.format_message()]
    if isinstance(error, click.ClickException):
        return error.exit_code, [error.format_message()]
    code = _code_of(error)
    if code is not None:
        return code, list(getattr(error, "problems", None) or [str(error)])
    return FAILED, [_unexpected(error)]


def _code_of(error: BaseException) -> int | None:
    """Exit code of an error that one of our own modules raises on purpose; None for any other.

    Compared by name, because importing the modules that define them costs more than most commands take.
    """
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    for code, known in EXPECTED.items():
        if names & known:
            return code
    return None


EXPECTED = {
    WRONG_USAGE: {
        "pipelines.settings.SettingsError",
        "pipelines.seeds.SeedsError",
        "pipelines.seeds.revision.RevisionError",
        "pipelines.secrets.api_key.SecretError",
        "pipelines.incident_io.account.AccountMismatchError",
        "orchestration.run.MissingKeyError",
        "orchestration.dbt_vars.VarsError",
    },
    BUSY: {"pipelines.warehouse.WarehouseBusyError"},
    INTERRUPTED: {"orchestration.job.InterruptedRunError"},
    FAILED: {
        "pipelines.incident_io.errors.ApiError",
        "pipelines.publish.PublishError",
        "pipelines.seeds.append.SeedChangedError",
        "pipelines.warehouse.WarehouseMissingError",
        "orchestration.dbt_build.BuildError",
        "orchestration.manifest.ManifestError",
        "orchestration.rehearsal.RehearsalError",
        "orchestration.publication.UncheckedMartsError",
    },
}


def _unexpected(error: BaseException) -> str:
    """One sentence, and the traceback in a file of its own for whoever has to look into it."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="incident-marts-", suffix=".log", delete=False, encoding="utf-8"
    ) as log_file:
        log_file.write(told("".join(traceback.format_exception(error))))
    sentence = " ".join(str(error).split())[:500]
    return f"{type(error).__name__}: {sentence}\nThis was not expected; details are in {Path(log_file.name)}"
