"""`incident-marts extract`: the first stage alone."""

from __future__ import annotations

import click

from apps.cli import options


@click.command("extract")
@options.demo
@options.full_refresh
@options.as_json
def command(demo: bool, full_refresh: bool, as_json: bool) -> None:
    """Read the account into the raw tables of the warehouse.

    Needs an API key, or --demo. Loading the same rows twice changes nothing.
    """
    from apps.cli.stages import perform

    perform(("extract",), demo=demo, full_refresh=full_refresh, as_json=as_json)
