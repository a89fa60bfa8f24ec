"""`incident-marts mapping fields`: what can be mapped, and what is."""

from __future__ import annotations

import json
from typing import Any

import click

from apps.cli import options

EPILOG = """\b
Examples
  incident-marts mapping fields
  incident-marts mapping fields --field "Owning team"
  incident-marts mapping fields --json | jq '.fields[] | select(.mapped_by == "none")'
"""


@click.command("fields", epilog=EPILOG)
@click.option("--field", metavar="FIELD", help="Id or name of a custom field: show its values.")
@options.as_json
@options.demo
def command(field: str | None, as_json: bool, demo: bool) -> None:
    """List the account's custom fields, or the values of one, and whether they give credit to teams.

    Counts are of incidents that count in the metrics, as published by the last run. A field is mapped by
    team_mapping.csv, by itself (it offers the account's teams), or not at all.
    """
    from apps.cli.demo import offline_account
    from apps.cli.mapping.fields import all_fields, fields_text, find_field, values_of, values_text
    from apps.cli.marts import Marts
    from pipelines.settings import load_settings

    settings = offline_account(load_settings(), demo=demo)
    with Marts(settings.marts) as marts:
        if field is None:
            found = all_fields(marts)
            document: dict[str, Any] = {"fields": found}
            text = fields_text(found)
        else:
            one = find_field(marts, field)
            values = values_of(marts, one["custom_field_id"])
            document, text = {"field": one, "values": values}, values_text(one, values)
    click.echo(json.dumps(document, default=str, ensure_ascii=False, indent=2) if as_json else text)
