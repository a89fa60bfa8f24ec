"""`incident-marts demo-api`: the local stand-in for incident.io, to try things against by hand."""

from __future__ import annotations

import click


@click.command("demo-api", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Serve generated incident.io data on loopback, until interrupted."""
    from apps.demo_api.__main__ import main

    main(list(arguments))
