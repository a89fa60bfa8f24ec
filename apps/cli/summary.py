"""What a run says at its end: what was done, a few numbers, where the marts are, and what to do next."""

from __future__ import annotations

import json
from typing import Any

from apps.cli.marts import Marts, example_references, organisation_periods, top_teams
from apps.cli.tables import table
from orchestration.run import Run

COUNT_WEEKS, COUNT_MONTHS, COUNT_TEAMS = 4, 3, 5
COUNT_WARNINGS = 20
COLUMNS = {
    "period_start": "",
    "total_incidents": "incidents",
    "incidents_per_week": "per week",
    "time_to_resolve_p50_hours": "p50 h to resolve",
    "time_to_resolve_mean_hours": "mean h to resolve",
}


def run_document(run: Run, run_id: str, stages: tuple[str, ...]) -> dict[str, Any]:
    """The same as one JSON document."""
    settings, extracted, built, published = run.settings, run.extracted, run.built, run.published
    document: dict[str, Any] = {
        "ok": True,
        "run_id": run_id,
        "stages": list(stages),
        "is_demo": settings.is_demo,
        "home": str(settings.home),
        "as_of": settings.as_of_text,
        "seconds": {name: round(seconds, 3) for name, seconds in run.stage_seconds.items()},
        "warnings": run.told_warnings(),
    }
    if extracted:
        document["rows"] = dict(extracted.rows)
        document["missing_scopes"] = dict(extracted.missing_scopes)
        document["requests"] = extracted.requests
    if built:
        document["checks"] = built.check_counts()
    if run.restated:
        document["restatements"] = dict(run.restated.counts)
    if published:
        document["published"] = {
            "marts": str(settings.marts),
            "export": str(settings.export_dir),
            "tables": dict(published.tables),
        }
        with Marts(settings.marts) as marts:
            document["metrics"] = {
                "weeks": organisation_periods(marts, "weekly", COUNT_WEEKS),
                "months": organisation_periods(marts, "monthly", COUNT_MONTHS),
                "teams": top_teams(marts, COUNT_TEAMS),
            }
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return plain


def run_text(run: Run, stages: tuple[str, ...]) -> str:
    """Paragraphs for a person."""
    parts = [*_what_was_done(run), *_what_is_missing(run)]
    if run.published:
        with Marts(run.settings.marts) as marts:
            parts += _numbers(marts)
            parts.append(_next_steps(run, example_references(marts)))
    elif "build" in stages:
        parts.append("Next: incident-marts publish")
    else:
        parts.append("Next: incident-marts build")
    return "\n\n".join(parts)


def _what_was_done(run: Run) -> list[str]:
    lines = []
    if run.extracted:
        rows = ", ".join(f"{name} {count:,}" for name, count in sorted(run.extracted.rows.items()))
        lines.append(f"extracted  {sum(run.extracted.rows.values()):,} rows ({rows})")
    if run.built:
        checks = run.built.check_counts()
        warned = f", {checks['warned']} warned" if checks["warned"] else ""
        lines.append(
            f"built      {run.built.done} models, seeds and checks; {checks['passed']} checks passed{warned}"
        )
    if run.published:
        lines.append(f"published  {len(run.published.tables)} tables, as of {run.settings.as_of_text}")
    if run.restated and run.restated.total:
        lines.append(f"restated   {_restated(run.restated.counts)}; marts.rpt_restatements says what and why")
    if run.stage_seconds:
        lines.append(
            "took       " + ", ".join(f"{name} {spent:.1f} s" for name, spent in run.stage_seconds.items())
        )
    return ["\n".join(lines)] if lines else []


def _restated(counts: dict[str, dict[str, int]]) -> str:
    """`3 credits (mapping_edit 3), 12 totals (late_update 2, mapping_edit 10)`."""
    return ", ".join(
        f"{sum(by_reason.values()):,} {kind}{'' if sum(by_reason.values()) == 1 else 's'}"
        f" ({', '.join(f'{reason} {count:,}' for reason, count in sorted(by_reason.items()))})"
        for kind, by_reason in sorted(counts.items())
    )


def _what_is_missing(run: Run) -> list[str]:
    lines = []
    if run.extracted:
        lines += [
            f"not readable: {resource} needs the scope {scope}; its marts are empty. Give the key that right."
            for resource, scope in sorted(run.extracted.missing_scopes.items())
        ]
    told = run.told_warnings()
    lines += [f"warning: {warning}" for warning in told[:COUNT_WARNINGS]]
    if len(told) > COUNT_WARNINGS:
        lines.append(f"... and {len(told) - COUNT_WARNINGS} more warnings, in marts.run_log")
    return ["\n".join(lines)] if lines else []


def _numbers(marts: Marts) -> list[str]:
    parts = []
    for title, rows in (
        ("week of", organisation_periods(marts, "weekly", COUNT_WEEKS)),
        ("month of", organisation_periods(marts, "monthly", COUNT_MONTHS)),
    ):
        header = [title, *list(COLUMNS.values())[1:]]
        parts.append(table(header, [[row[column] for column in COLUMNS] for row in rows]))
    teams = top_teams(marts, COUNT_TEAMS)
    if teams:
        quarter = teams[0]["period_start"]
        header = [f"team, quarter of {quarter}", *list(COLUMNS.values())[1:]]
        names = [[row["scope_name"], *[row[column] for column in list(COLUMNS)[1:]]] for row in teams]
        parts.append(table(header, names))
    else:
        parts.append("No incident counts yet, so there are no numbers to show.")
    return parts


def _next_steps(run: Run, examples: list[dict[str, Any]]) -> str:
    settings = run.settings
    lines = [
        f"The marts   {settings.marts}  (open read-only with DuckDB 1.4 or later, at any time)",
        f"Parquet     {settings.export_dir}",
        "",
        "Next",
        "  incident-marts metrics --grain month",
    ]
    lines += [
        f"  incident-marts explain {row['reference']:<12} credited by the step {row['attribution_step']}"
        for row in examples
    ]
    mapping = settings.seeds / "team_mapping.csv"
    lines.append(f"  edit {mapping}, run again and see the credit move")
    if settings.is_demo:
        lines.append("  incident-marts connect, and run again, to work with your own account")
    else:
        lines.append("  incident-marts dagster runs this every day")
    return "\n".join(lines)
