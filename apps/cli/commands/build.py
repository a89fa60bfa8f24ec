"""`incident-marts build`: the second stage alone."""

from __future__ import annotations

import click

from apps.cli import options


@click.command("build")
@options.full_refresh
@options.demo
@options.dbt_vars
@options.as_json
def command(full_refresh: bool, demo: bool, vars_text: str | None, as_json: bool) -> None:
    """Build and test the marts from what the warehouse holds; reads nothing from the API, publishes nothing."""
    from apps.cli.stages import perform

    perform(("build",), demo=demo, vars_text=vars_text, full_refresh=full_refresh, as_json=as_json)
