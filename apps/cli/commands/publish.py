"""`incident-marts publish`: the last stage alone."""

from __future__ import annotations

import click

from apps.cli import options


@click.command("publish")
@options.demo
@options.as_json
def command(demo: bool, as_json: bool) -> None:
    """Publish the marts of the last successful build: marts.duckdb and Parquet files, swapped in atomically."""
    from apps.cli.stages import perform

    perform(("publish",), demo=demo, as_json=as_json)
