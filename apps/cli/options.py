"""Options that several commands share."""

from __future__ import annotations

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
demo = click.option("--demo", is_flag=True, help="Work with the demo account in <home>/demo.")
full_refresh = click.option(
    "--full-refresh", is_flag=True, help="Read everything again and rebuild every model from nothing."
)
dbt_vars = click.option(
    "--vars",
    "vars_text",
    metavar="JSON",
    help='Reporting rules for this run, e.g. \'{"org_timezone": "Europe/Berlin"}\'; see dbt_project.yml.',
)
