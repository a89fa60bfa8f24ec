"""Publishing as the last stage of a run: only what a whole, successful build left behind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from orchestration.last_build import last_build_succeeded
from orchestration.run import Run
from pipelines.publish import Published, publish
from pipelines.restatements import Restated, log_restatements
from pipelines.run_log import RunRecord, installed_versions, record_run
from pipelines.seeds.account_check import check_against_account
from pipelines.warehouse import raw_row_counts, read_only

COUNT_NAMED = 3


class UncheckedMartsError(Exception):
    """The marts in the warehouse are not those of a successful build (exit code 1)."""


def publish_run(run: Run, run_id: str) -> Published:
    """Records the run, then publishes; raises :class:`UncheckedMartsError` when the last build did not succeed."""
    if not last_build_succeeded(run.settings):
        raise UncheckedMartsError(
            "The last build did not succeed or was interrupted, so its marts are not published; readers keep the "
            "last good copy. Run `incident-marts build` and then `incident-marts publish`."
        )
    if run.is_pii_hashed and names_people(run.settings.warehouse):
        raise UncheckedMartsError(
            "pii_mode is hashed and the marts of the last build name people, so they are not published. Run "
            "`incident-marts build` and then `incident-marts publish`."
        )
    run.restated = log_restatements(run.settings, run_id, run.settings.as_of)
    run.warnings += [*_rows_that_fit_nothing(run), *_not_compared(run.restated)]
    record(run, run_id, "succeeded")
    run.published = publish(run.settings, run_id, only_pseudonyms=run.is_pii_hashed)
    return run.published


def _rows_that_fit_nothing(run: Run) -> list[str]:
    """Rows of the seeds that fit nothing in the account as it is now."""
    if run.seeds is None:
        return []
    with read_only(run.settings.warehouse) as connection:
        return [
            str(problem)
            for problem in check_against_account(connection, run.seeds, run.settings.pii_salt).warnings
        ]


def _not_compared(restated: Restated) -> list[str]:
    if not restated.lacking:
        return []
    return [
        "the published copy is of an earlier version, so what this run changed in it is not logged (it lacks "
        f"{', '.join(restated.lacking[:COUNT_NAMED])}{' ...' if len(restated.lacking) > COUNT_NAMED else ''})"
    ]


def names_people(warehouse: Path) -> bool:
    """Whether the marts hold an e-mail address of a person, which no pseudonym is."""
    with read_only(warehouse) as connection:
        found = connection.execute("select 1 from marts.dim_people where contains(email, '@') limit 1").fetchone()
    return found is not None


def record(run: Run, run_id: str, status: str) -> None:
    """Writes the run's row of `marts.run_log`."""
    extracted, built = run.extracted, run.built
    record_run(
        run.settings.warehouse,
        RunRecord(
            run_id=run_id,
            started_at=run.started_at,
            finished_at=datetime.now(UTC),
            as_of=run.settings.as_of,
            status=status,
            rows_per_resource=raw_row_counts(run.settings.warehouse),
            missing_scopes=extracted.missing_scopes if extracted else {},
            checks=built.check_counts() if built else {},
            versions=installed_versions(),
            warnings=run.told_warnings(),
        ),
    )
