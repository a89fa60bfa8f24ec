"""The Dagster job inside this process: what the commands `run`, `extract`, `build` and `publish` execute."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from orchestration.current import using
from orchestration.run import Run
from orchestration.stages import BUILD, EXTRACT, PUBLISH

if TYPE_CHECKING:
    import dagster as dg

JOB = "incident_marts"
STARTED_BY = "incident-marts/started_by"
COMMAND_LINE = "command line"
STEPS = {EXTRACT: "incident_io", BUILD: "dbt_build", PUBLISH: "publish_marts"}


class InterruptedRunError(Exception):
    """The run was interrupted from outside (exit code 130)."""


def execute(run: Run, stages: tuple[str, ...] = (EXTRACT, BUILD, PUBLISH)) -> str:
    """Executes the job, or the named stages of it, against the home's Dagster instance; returns the run's id.

    The caller has prepared `run` and holds the lock. Errors of the stages come out as they were raised;
    :class:`InterruptedRunError` when somebody interrupted. What dbt and Dagster print goes to the log files.
    """
    with using(run), _quiet(run):
        from dagster._core.errors import DagsterExecutionInterruptedError

        from orchestration.history import cheap_history
        from orchestration.instance import open_instance

        with cheap_history(run.settings.dagster_dir), open_instance(run.settings) as instance:
            _close_dead_runs(instance)
            job = _job()
            try:
                result = job.execute_in_process(
                    run_config=_run_config(),
                    instance=instance,
                    tags={STARTED_BY: COMMAND_LINE},
                    asset_selection=_selection(job, stages),
                )
            except (KeyboardInterrupt, DagsterExecutionInterruptedError) as error:
                raise InterruptedRunError(
                    "Interrupted. Nothing was published; the next run goes on from what was loaded."
                ) from error
    return result.run_id


def _job() -> dg.JobDefinition:
    from orchestration.definitions import defs

    return defs().resolve_job_def(JOB)


def _selection(job: dg.JobDefinition, stages: tuple[str, ...]) -> list[dg.AssetKey] | None:
    """Asset keys of the stages; None for all of them, which is the job as it is."""
    if set(stages) == set(STEPS):
        return None
    names = {STEPS[stage] for stage in stages}
    graph = job.asset_layer.asset_graph
    return [key for key in job.asset_layer.executable_asset_keys if graph.get(key).assets_def.op.name in names]


def _run_config() -> Mapping[str, object]:
    """Dagster's own console messages are switched off; its log file gets them all the same."""
    return {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _close_dead_runs(instance: dg.DagsterInstance) -> None:
    """Marks earlier runs of the command line that never ended as failed.

    Such a run held the lock that this process holds now, so it is dead; left open it would count against the
    queue's one slot.
    """
    import dagster as dg

    filters = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING], tags={STARTED_BY: COMMAND_LINE}
    )
    for dead in instance.get_runs(filters):
        instance.report_run_failed(dead, "The process of this run ended without saying so.")


def _formatter(run: Run) -> logging.Formatter:
    """Of the log file; without e-mail addresses where people are pseudonyms."""
    from pipelines.pseudonyms import without_addresses

    salt = run.settings.pii_salt if run.is_pii_hashed else None

    class Formatter(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            text = super().format(record)
            return without_addresses(text, salt) if salt else text

    return Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")


@contextmanager
def _quiet(run: Run) -> Iterator[None]:
    """Keeps stdout for results: whatever the libraries print meanwhile is written to `run.log` of the home."""
    run.settings.logs_dir.mkdir(parents=True, exist_ok=True)
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    with (
        (run.settings.logs_dir / "run.log").open("a", encoding="utf-8") as log_file,
        redirect_stdout(log_file),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        handler = logging.StreamHandler(log_file)
        handler.setFormatter(_formatter(run))
        root = logging.getLogger()
        handlers, root.handlers = root.handlers, [handler]
        try:
            yield
        finally:
            root.handlers = handlers
            handler.close()
