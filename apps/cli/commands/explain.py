"""`incident-marts explain`: why an incident is credited to its teams."""

from __future__ import annotations

import json

import click

from apps.cli import options

EPILOG = """\b
Examples
  incident-marts explain INC-42
  incident-marts explain 42
  incident-marts explain INC-42 --json | jq '.steps[] | select(.is_winner)'
"""


@click.command("explain", epilog=EPILOG)
@click.argument("reference")
@options.as_json
@options.demo
def command(reference: str, as_json: bool, demo: bool) -> None:
    """Show every step of the attribution chain for one incident.

    REFERENCE is the incident's reference, its number or its id; upper and lower case are the same. For each step:
    the value found, the row of the mapping file that matched, the ownership interval, and whether it won.
    """
    from apps.cli.demo import offline_account
    from apps.cli.explanation import explain
    from apps.cli.explanation_text import explanation_text
    from apps.cli.marts import Marts
    from pipelines.settings import load_settings

    settings = offline_account(load_settings(), demo=demo)
    with Marts(settings.marts) as marts:
        explanation = explain(marts, reference)
    if as_json:
        click.echo(json.dumps(explanation, default=str, ensure_ascii=False, indent=2))
    else:
        click.echo(explanation_text(explanation, settings.seeds))
