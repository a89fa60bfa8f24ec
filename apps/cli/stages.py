"""Runs stages of the job for the commands `run`, `extract`, `build` and `publish`, and says how it went."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from apps.cli.demo import account, offline_account
from apps.cli.progress import terminal_progress
from pipelines.settings import Settings, load_settings


def perform(
    stages: tuple[str, ...],
    *,
    demo: bool = False,
    demo_by_default: bool = False,
    vars_text: str | None = None,
    full_refresh: bool = False,
    as_json: bool = False,
) -> None:
    """Prepares a run, executes the stages, prints the summary; errors are left to the caller."""
    from apps.cli.summary import run_document, run_text
    from orchestration.dbt_vars import parse_vars, with_vars
    from orchestration.job import execute
    from orchestration.run import prepared

    dbt_vars = parse_vars(vars_text)
    settings = with_vars(load_settings(), dbt_vars)
    needs_api = "extract" in stages
    with _account(settings, needs_api, demo, demo_by_default) as chosen:
        with (
            terminal_progress() as progress,
            prepared(
                chosen, needs_api=needs_api, progress=progress, dbt_vars=dbt_vars, full_refresh=full_refresh
            ) as run,
        ):
            run_id = execute(run, stages)
        if as_json:
            click.echo(json.dumps(run_document(run, run_id, stages), ensure_ascii=False, indent=2))
        else:
            click.echo(run_text(run, stages))


@contextmanager
def _account(settings: Settings, needs_api: bool, demo: bool, demo_by_default: bool) -> Iterator[Settings]:
    if needs_api:
        with account(settings, demo=demo, demo_by_default=demo_by_default) as chosen:
            yield chosen
    else:
        yield offline_account(settings, demo=demo)
