"""`incident-marts run`: the whole path, by the same Dagster job that the schedule runs."""

from __future__ import annotations

import click

from apps.cli import options

EPILOG = """\b
Examples
  incident-marts run
  incident-marts run --demo
  incident-marts run --vars '{"org_timezone": "Europe/Berlin", "week_start": "sunday"}'
  incident-marts run --json | jq .published.tables
"""


@click.command("run", epilog=EPILOG)
@options.full_refresh
@options.demo
@options.dbt_vars
@options.as_json
def command(full_refresh: bool, demo: bool, vars_text: str | None, as_json: bool) -> None:
    """Extract, load, build, test and publish.

    Without a connected account it runs against the demo API on loopback. A failed run publishes nothing: readers
    keep the last good copy.
    """
    from apps.cli.stages import perform

    perform(
        ("extract", "build", "publish"),
        demo=demo,
        demo_by_default=True,
        vars_text=vars_text,
        full_refresh=full_refresh,
        as_json=as_json,
    )
