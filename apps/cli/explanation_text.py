"""The story of one incident's credit: what each step found, where it is written, who won and why not others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apps.cli.tables import cell

MEANINGS = {
    "custom_field": "mapped custom fields",
    "explicit_owner": "explicit owner teams",
    "service": "teams owning the linked services",
    "organisation": "the root team, when nothing else names one",
}
NOTHING_FOUND = {
    "custom_field": "no value of a mapped field leads to a known team",
    "explicit_owner": "incident_owners.csv has no row for it and incident.io computed no owner",
    "service": "no service with a known owner is linked",
    "organisation": "the root team is always there",
}
# How a value and the row or name that fits it were compared.
MATCHED_BY = {
    "option_id": "by the id of the option",
    "catalog_entry_id": "by the id of the catalog entry",
    "external_id": "by external id",
    "text": "by text",
    "alias": "by an alias",
    "name": "by name",
    "incident_id": "by the id of the incident",
    "reference": "by reference",
    "team_id": "by the id of the team",
    "auto": "by itself, the field offers the account's teams",
    "always": "always",
}


def explanation_text(explanation: dict[str, Any], seeds: Path) -> str:
    """The story of what `explain` found; `seeds` is the folder whose files the line numbers are of."""
    lines = [*_about(explanation), ""]
    teams = ", ".join(
        f"{row['team_name'] or row['team_id']} ({row['team_weight']:.4g})" for row in explanation["teams"]
    )
    lines.append(f"Credited to {teams} by the step {explanation['attribution_step']}.")
    for number, step in enumerate(explanation["steps"], start=1):
        lines += ["", f"  {number}. {_heading(step, explanation['attribution_step'])}"]
        lines += [f"     {_sentence(row, seeds)}" for row in step["candidates"]]
        lines += [f"       {sentence}" for sentence in _led_nowhere(step, explanation, seeds)]
    if explanation["restatements"]:
        lines += ["", "Changed since it was first published:"]
        lines += [f"     {_restatement(row)}" for row in explanation["restatements"]]
    return "\n".join(lines)


def _about(incident: dict[str, Any]) -> list[str]:
    facts = [incident["mode"], incident["status_category"], incident["severity_name"], incident["incident_type"]]
    facts.append(f"occurred {cell(incident['occurred_at'])} UTC")
    facts.append(f"resolved {cell(incident['resolved_at'])} UTC" if incident["resolved_at"] else "not resolved")
    lines = [f"{incident['reference']}  {incident['name']}", ", ".join(str(fact) for fact in facts if fact)]
    if incident["permalink"]:
        lines.insert(1, incident["permalink"])
    if not incident["is_eligible"]:
        lines.append(f"Counts in no metric: {incident['exclusion_reason']}.")
    return lines


def _heading(step: dict[str, Any], winning_step: str) -> str:
    name = step["attribution_step"]
    if step["is_winner"]:
        verdict = "decides"
    elif step["candidates"]:
        verdict = f"not needed, {winning_step} decided"
    else:
        verdict = f"names no known team: {NOTHING_FOUND[name]}"
    return f"{name}: {MEANINGS[name]} - {verdict}"


def _sentence(row: dict[str, Any], seeds: Path) -> str:
    """One candidate: mark, source, value, team, what connects them, and why it lost."""
    mark = "*" if row["is_winner"] else " "
    value = f" = {row['source_value']!r}" if row["source_value"] is not None else ""
    matched = MATCHED_BY.get(row["matched_by"], f"by {row['matched_by']}")
    parts = [matched if row["matched_by"] == "always" else f"matched {matched}"]
    if row["seed_file"]:
        parts.append(f"{seeds / row['seed_file']}:{row['seed_line']}")
    if row["owned_from"] or row["owned_to"]:
        parts.append(f"owned from {row['owned_from'] or 'the beginning'} until {row['owned_to'] or 'today'}")
    if row["ownership_assumed"]:
        parts.append("ownership assumed: no owner is recorded for that day")
    if row["lost_because"]:
        parts.append(f"lost: {row['lost_because']}")
    return f"{mark} {row['source_name']}{value} -> {row['team_name'] or row['team_id']}  ({'; '.join(parts)})"


def _led_nowhere(step: dict[str, Any], explanation: dict[str, Any], seeds: Path) -> list[str]:
    """Values and services that name no team, and the file in which a row would change that."""
    if step["attribution_step"] == "custom_field":
        return [_unmapped(row, seeds) for row in explanation["unmapped_values"]]
    if step["attribution_step"] == "service":
        where = seeds / "service_ownership.csv"
        return [
            f"{row['service_name']!r} has no known owner on that day: add a row to {where}"
            for row in explanation["ownerless_services"]
        ]
    return []


def _unmapped(row: dict[str, Any], seeds: Path) -> str:
    suggestion = f" (perhaps {row['suggested_team_id']})" if row["suggested_team_id"] else ""
    where = seeds / "team_mapping.csv"
    return f"{row['source_name']} = {row['source_value']!r} maps to no team{suggestion}: add a row to {where}"


def _restatement(row: dict[str, Any]) -> str:
    return f"{cell(row['as_of'])} UTC: {row['old_value']} -> {row['new_value'] or 'gone'}  ({row['reason']})"
