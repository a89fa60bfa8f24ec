"""`incident-marts mapping suggest`: rows for team_mapping.csv, as a patch or written on request."""

from __future__ import annotations

import json

import click

from apps.cli import options

EPILOG = """\b
Examples
  incident-marts mapping suggest                        the proposals, and a patch that adds them
  incident-marts mapping suggest | git apply            takes them as they are
  incident-marts mapping suggest --field "Owning team"  also fuzzy matches of a field that is not mapped yet
  incident-marts mapping suggest --min-score 95 --write
"""


@click.command("suggest", epilog=EPILOG)
@click.option("--field", metavar="FIELD", help="Id or name of a custom field: propose rows for its values only.")
@click.option(
    "--min-score",
    type=click.FloatRange(0, 100),
    default=85,
    show_default=True,
    help="How alike a fuzzy match must be; exact, folded and alias matches have 100.",
)
@click.option("--unused", is_flag=True, help="Also values that the account offers and no incident carries.")
@click.option("--write", is_flag=True, help="Append the rows to team_mapping.csv, after showing the patch.")
@options.as_json
@options.demo
def command(field: str | None, min_score: float, unused: bool, write: bool, as_json: bool, demo: bool) -> None:
    """Propose rows that map field values to teams, those that could move most incidents first.

    A value is compared with the names of the teams: exact, folded (case and blanks aside), alias (aliases and ids
    of the team in incident.io's catalog), else fuzzy. A value that fits several teams equally well is left to
    you. Fields that map by themselves are left out, because a row would switch that off.

    Prints the proposals and a patch that `git apply` and `patch -p1` take. Without --write nothing is changed.
    """
    from apps.cli.demo import offline_account
    from apps.cli.mapping.fields import find_field
    from apps.cli.mapping.patch import patch_root, unified_diff
    from apps.cli.mapping.proposal_text import proposals_text
    from apps.cli.mapping.suggestions import FILE, propose
    from apps.cli.marts import Marts
    from orchestration.run import root_team_id, validated_seeds
    from pipelines.seeds.append import replace_file, with_rows
    from pipelines.settings import load_settings

    settings = offline_account(load_settings(), demo=demo)
    seeds = validated_seeds(settings)
    with Marts(settings.marts) as marts:
        proposals = propose(
            marts,
            seeds,
            root_team_id=root_team_id({}),
            min_score=min_score,
            field=find_field(marts, field) if field else None,
            with_unused=unused,
        )
    path = settings.seeds / f"{FILE}.csv"
    before = path.read_bytes()
    after = with_rows(before, [proposal.row for proposal in proposals])
    patch = unified_diff(path, before, after)
    if not as_json:
        click.echo(proposals_text(proposals, patch_root(path)))
        click.echo(patch, nl=False)
    if write and proposals:
        replace_file(path, before, after)
        click.echo(f"{len(proposals)} rows appended to {path}. Next: incident-marts mapping plan", err=True)
    if as_json:
        document = {
            "proposals": [proposal.document for proposal in proposals],
            "patch": patch.decode(),
            "file": str(path),
            "written": bool(write and proposals),
        }
        click.echo(json.dumps(document, default=str, ensure_ascii=False, indent=2))
