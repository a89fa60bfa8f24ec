"""`incident-marts mapping check`: the seed files, and what in them fits nothing in the account."""

from __future__ import annotations

import json
from pathlib import Path

import click

from apps.cli import options

EPILOG = """\b
Examples
  incident-marts mapping check
  incident-marts mapping check --strict      for CI: warnings fail as well
  incident-marts mapping check --json | jq -r '.warnings[]'
"""


@click.command("check", epilog=EPILOG)
@click.option(
    "--seeds",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another folder of seed files than the one of the settings.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 when there are warnings.")
@options.as_json
@options.demo
def command(seeds: Path | None, strict: bool, as_json: bool, demo: bool) -> None:
    """Validate the seed files, and compare them with the account as published by the last run.

    Wrong files (a bad date, an unknown team, a cycle, ...) are errors: every problem of every file, exit code 2.
    Rows that are right but fit no custom field, value, service, incident, person, team or incident timestamp of
    the account are warnings, exit code 0. Both read `file:line: column: what is wrong (what was found)`.
    """
    from dataclasses import replace

    from apps.cli.demo import offline_account
    from apps.cli.mapping.checking import check_seeds, check_text
    from pipelines.settings import load_settings

    settings = offline_account(load_settings(), demo=demo)
    if seeds:
        settings = replace(settings, seeds=seeds.resolve())
    document = check_seeds(settings)
    is_failure = strict and bool(document["warnings"])
    if as_json:
        click.echo(json.dumps({"ok": not is_failure, **document}, ensure_ascii=False, indent=2))
    else:
        click.echo(check_text(document))
    if is_failure:
        raise SystemExit(1)
