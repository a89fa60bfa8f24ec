"""`incident-marts metrics`: the metric marts in the terminal."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

import click

from apps.cli import options

EPILOG = """\b
Examples
  incident-marts metrics
  incident-marts metrics --grain month --periods 12
  incident-marts metrics --team Payments --grain quarter
  incident-marts metrics --person ada@example.com --json
  incident-marts metrics --team Payments --csv > payments.csv
"""
GRAINS = {"week": "weekly", "month": "monthly", "quarter": "quarterly"}
HEADINGS = {
    "total_incidents": "incidents",
    "incidents_per_week": "per week",
    "incidents_resolved": "resolved",
    "open_at_period_end": "open at end",
    "time_to_resolve_p50_hours": "p50 h",
    "time_to_resolve_mean_hours": "mean h",
    "time_to_resolve_p90_hours": "p90 h",
    "time_to_resolve_n_hours": "of",
}

# People have no durations: the times of a handful of incidents say more about the incidents than about the person.
HEADINGS_OF_PEOPLE = {
    "total_incidents": "incidents",
    "incidents_led": "led",
    "incidents_involved": "involved",
    "incidents_reported": "reported",
    "incidents_per_week": "per week",
    "workload_hours": "workload h",
}


@click.command("metrics", epilog=EPILOG)
@click.option("--team", metavar="TEAM", help="Id or name of a team, instead of the organisation.")
@click.option("--person", metavar="PERSON", help="Id, e-mail address or name of a person.")
@click.option("--grain", type=click.Choice(list(GRAINS)), default="week", show_default=True)
@click.option(
    "--periods", type=click.IntRange(min=1), default=8, show_default=True, help="How many, newest first."
)
@options.as_json
@click.option("--csv", "as_csv", is_flag=True, help="Print every column as CSV on stdout.")
@options.demo
def command(
    team: str | None, person: str | None, grain: str, periods: int, as_json: bool, as_csv: bool, demo: bool
) -> None:
    """Show incident counts and times to resolve from the published marts.

    A team has rows for what is credited to itself (direct) and to it or any team below it (subtree). Hours are
    those of incidents resolved in the period. A person has counts and the workload of the incidents they took part
    in, as far as those are not private. The period that has not ended is marked.
    """
    if team and person:
        raise click.UsageError("--team and --person exclude each other.")
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    from apps.cli.demo import offline_account
    from apps.cli.marts import Marts
    from apps.cli.scopes import find_scope
    from pipelines.settings import load_settings

    settings = offline_account(load_settings(), demo=demo)
    with Marts(settings.marts) as marts:
        scope = find_scope(marts, team, person, settings.pii_salt)
        rows = marts.rows(
            f"""
            select * from marts.rpt_metrics_{GRAINS[grain]}
            where scope_type = ? and scope_id = ?
            qualify dense_rank() over (order by period_start desc) <= ?
            order by period_start desc, rollup
            """,
            [scope.kind, scope.id, periods],
        )
    if as_json:
        document = {"scope_type": scope.kind, "scope_id": scope.id, "scope_name": scope.name, "grain": grain}
        click.echo(json.dumps({**document, "periods": rows}, default=str, ensure_ascii=False, indent=2))
    elif as_csv:
        _write_csv(rows)
    else:
        click.echo(_text(f"{scope.name} ({scope.kind})", grain, rows, HEADINGS_OF_PEOPLE if person else HEADINGS))


def _write_csv(rows: list[dict[str, Any]]) -> None:
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _text(title: str, grain: str, rows: list[dict[str, Any]], headings: dict[str, str]) -> str:
    from apps.cli.tables import table

    if not rows:
        return f"{title}: no periods yet"
    has_rollups = len({row["rollup"] for row in rows}) > 1
    header = [f"{grain} of", *(["rollup"] if has_rollups else []), *headings.values()]
    lines = []
    for row in rows:
        period = str(row["period_start"]) + ("" if row["is_complete"] else " (so far)")
        lines.append([period, *([row["rollup"]] if has_rollups else []), *[row[column] for column in headings]])
    return f"{title}\n\n{table(header, lines)}"
