"""The story of one incident's credit, told from the published marts alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from apps.cli.marts import Marts, Rows
from apps.cli.tables import cell

STEPS = {
    "custom_field": "mapped custom fields",
    "explicit_owner": "explicit owner teams",
    "service": "teams owning the linked services",
    "organisation": "the root team, when nothing else names one",
}
COUNT_NEAREST = 5


def explain(marts: Marts, wanted: str) -> dict[str, Any]:
    """The incident, the teams credited, every step with its candidates, and field values that map to no team.

    An unknown reference is refused with the nearest ones.
    """
    incident = _find(marts, wanted.strip())
    incident_id = incident["incident_id"]
    teams = marts.rows(
        """
        select team_id, team_name, team_weight
        from marts.fct_incident_teams left join marts.dim_teams using (team_id)
        where incident_id = ? order by team_name, team_id
        """,
        [incident_id],
    )
    evidence = marts.rows(
        """
        select fct_attribution_evidence.*, dim_teams.team_name
        from marts.fct_attribution_evidence left join marts.dim_teams using (team_id)
        where incident_id = ? order by step_priority, is_winner desc, source_name, source_value, team_name, team_id
        """,
        [incident_id],
    )
    unmapped = marts.rows(
        """
        select distinct custom_field_name as source_name, field_value as source_value, suggested_team_id
        from marts.fct_incident_custom_fields
        inner join marts.rpt_unmapped_values using (field_value)
        where incident_id = ? and custom_field_name = custom_field
        order by source_name, source_value
        """,
        [incident_id],
    )
    return {**incident, "teams": teams, "steps": _steps(evidence), "unmapped_values": unmapped}


def explanation_text(explanation: dict[str, Any], seeds: Path) -> str:
    """The same as a short readable story; `seeds` is the folder whose files the line numbers are of."""
    incident = explanation
    lines = [f"{incident['reference']}  {incident['name']}"]
    if incident["permalink"]:
        lines.append(incident["permalink"])
    facts = [incident["mode"], incident["status_category"], incident["severity_name"], incident["incident_type"]]
    facts.append(f"occurred {cell(incident['occurred_at'])} UTC")
    facts.append(f"resolved {cell(incident['resolved_at'])} UTC" if incident["resolved_at"] else "not resolved")
    lines.append(", ".join(str(fact) for fact in facts if fact))
    if not incident["is_eligible"]:
        lines.append(f"Counts in no metric: {incident['exclusion_reason']}.")
    teams = ", ".join(
        f"{row['team_name'] or row['team_id']} ({row['team_weight']:.4g})" for row in incident["teams"]
    )
    lines += ["", f"Credited to {teams} by the step {incident['attribution_step']}."]
    for number, step in enumerate(explanation["steps"], start=1):
        lines += ["", _step_heading(number, step)]
        lines += [f"     {_sentence(row, step['is_winner'], seeds)}" for row in step["candidates"]]
        if step["attribution_step"] == "custom_field":
            lines += [f"       {_unmapped_sentence(row, seeds)}" for row in explanation["unmapped_values"]]
    return "\n".join(lines)


def _find(marts: Marts, wanted: str) -> dict[str, Any]:
    """By reference or id in any case, else by the number of the reference."""
    columns = """
        incident_id, reference, name, permalink, mode, status_category, severity_name, incident_type, is_private,
        is_eligible, exclusion_reason, occurred_at, resolved_at, attribution_step
    """
    found = marts.rows(
        f"""
        select {columns} from marts.fct_incidents
        where lower(reference) = lower($1) or lower(incident_id) = lower($1)
            or (regexp_full_match($1, '[0-9]+') and regexp_extract(reference, '([0-9]+)$', 1) = ltrim($1, '0'))
        order by lower(incident_id) = lower($1) desc, lower(reference) = lower($1) desc, incident_id
        limit 1
        """,
        [wanted],
    )
    if found:
        return found[0]
    number = "".join(character for character in wanted if character.isascii() and character.isdigit())[-9:]
    nearest = marts.rows(
        """
        select reference from marts.fct_incidents
        order by
            coalesce(
                abs(try_cast(regexp_extract(reference, '([0-9]+)$', 1) as bigint) - try_cast($1 as bigint)), 0
            ),
            jaro_winkler_similarity(lower(reference), lower($2)) desc,
            reference
        limit $3
        """,
        [number, wanted, COUNT_NEAREST],
    )
    references = ", ".join(row["reference"] for row in nearest)
    hint = f"the nearest are {references}" if nearest else "there are no incidents"
    raise click.ClickException(f"no incident has the reference, number or id {wanted!r}; {hint}")


def _steps(evidence: Rows) -> list[dict[str, Any]]:
    """The steps in the order of the chain, those without any candidate included."""
    priorities = {row["attribution_step"]: row["step_priority"] for row in evidence}
    order = sorted(STEPS, key=lambda step: (priorities.get(step, _usual_place(step, priorities)), step))
    return [
        {
            "attribution_step": step,
            "is_winner": any(row["is_winner"] for row in evidence if row["attribution_step"] == step),
            "candidates": [row for row in evidence if row["attribution_step"] == step],
        }
        for step in order
    ]


def _usual_place(step: str, priorities: dict[str, int]) -> float:
    """A step without candidates has no priority in the evidence: it stands where the usual order puts it."""
    usual = list(STEPS)
    before = [priorities[name] for name in usual[: usual.index(step)] if name in priorities]
    return max(before, default=0) + 0.5


def _step_heading(number: int, step: dict[str, Any]) -> str:
    name = step["attribution_step"]
    if step["is_winner"]:
        verdict = "decides"
    elif step["candidates"]:
        verdict = "not needed, an earlier step decided"
    else:
        verdict = "names no known team"
    return f"  {number}. {name}: {STEPS[name]} - {verdict}"


def _sentence(row: dict[str, Any], step_won: bool, seeds: Path) -> str:
    """One candidate: mark, source, value, team, and what connects them."""
    mark = "*" if row["is_winner"] else " "
    value = f" = {row['source_value']!r}" if row["source_value"] is not None else ""
    parts = [f"matched by {row['matched_by']}"]
    if row["seed_file"]:
        parts.append(f"{seeds / _file_name(row['seed_file'])}:{row['seed_line']}")
    if step_won and not row["is_winner"]:
        parts.append(f"outranked: field priority {row['field_priority']}")
    if row["owned_from"] or row["owned_to"]:
        parts.append(f"owned from {row['owned_from'] or 'the beginning'} until {row['owned_to'] or 'today'}")
    if row["ownership_assumed"]:
        parts.append("ownership assumed: no owner is recorded for that day")
    return f"{mark} {row['source_name']}{value} -> {row['team_name'] or row['team_id']}  ({'; '.join(parts)})"


def _unmapped_sentence(row: dict[str, Any], seeds: Path) -> str:
    """A value of a mapped field that names no team, and where a row would give it one."""
    suggestion = f" (perhaps {row['suggested_team_id']})" if row["suggested_team_id"] else ""
    where = seeds / "team_mapping.csv"
    return f"{row['source_name']} = {row['source_value']!r} maps to no team{suggestion}: add a row to {where}"


def _file_name(seed_file: str) -> str:
    return seed_file if seed_file.endswith(".csv") else f"{seed_file}.csv"
