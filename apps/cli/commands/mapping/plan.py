"""`incident-marts mapping plan`: what edited seeds would change, before anything is changed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from apps.cli import options

SOMETHING_MOVES = 4
EPILOG = """\b
Examples
  incident-marts mapping plan                                the seed folder as it is now
  incident-marts mapping plan --seeds ../draft
  incident-marts mapping plan --rev origin/new-mapping       the same folder in a git revision
  incident-marts mapping plan --markdown > comment.md        for a pull request
  incident-marts mapping plan --exit-code --grain quarter
"""


@click.command("plan", epilog=EPILOG)
@click.option(
    "--seeds",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another folder of seed files than the one of the settings.",
)
@click.option("--rev", metavar="REVISION", help="The seed folder of the settings in this git revision.")
@click.option("--grain", type=click.Choice(["week", "month", "quarter"]), default="month", show_default=True)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="How many incidents and totals to show; --json always has all of them.",
)
@click.option("--exit-code", is_flag=True, help=f"Exit with {SOMETHING_MOVES} when anything moves.")
@options.as_json
@click.option("--markdown", is_flag=True, help="Print Markdown, for a comment on a pull request.")
@options.demo
def command(
    seeds: Path | None,
    rev: str | None,
    grain: str,
    limit: int,
    exit_code: bool,
    as_json: bool,
    markdown: bool,
    demo: bool,
) -> None:
    """Show which incidents would move, and which totals with them, if the seeds became these.

    Compares with the last build, at its instant and under its reporting rules, so that what differs comes from
    the seeds alone. The statements of that build run again on a private copy: nothing is written, and a run can
    start meanwhile. Wrong seed files are refused with every problem, exit code 2; exit code 3 means that a run
    holds the warehouse now.
    """
    if seeds and rev:
        raise click.UsageError("--seeds and --rev exclude each other.")
    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    from apps.cli.demo import offline_account
    from apps.cli.mapping.planning import make_plan
    from apps.cli.progress import terminal_progress
    from pipelines.settings import load_settings

    settings = offline_account(load_settings(), demo=demo)
    with terminal_progress() as progress:
        document = make_plan(settings, seeds=seeds, revision=rev, grain=grain, progress=progress)
    if as_json:
        click.echo(json.dumps(document, default=str, ensure_ascii=False, indent=2))
    else:
        from apps.cli.mapping.plan_text import plan_markdown, plan_text

        click.echo((plan_markdown if markdown else plan_text)(document, limit))
    if exit_code and document["moves"]:
        raise SystemExit(SOMETHING_MOVES)
