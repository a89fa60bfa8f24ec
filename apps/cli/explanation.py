"""Everything about one incident's credit, from the published marts alone."""

from __future__ import annotations

from typing import Any

import click

from apps.cli.marts import Marts, Rows

# The steps of the chain in their usual order.
STEPS = ("custom_field", "explicit_owner", "service", "organisation")
COUNT_NEAREST = 5


def explain(marts: Marts, wanted: str) -> dict[str, Any]:
    """The incident, the teams credited, every step with its candidates and why they lost, and what led nowhere.

    What led nowhere are values of mapped fields that map to no team, and linked services without an owner on that
    day. Earlier credits are those of the restatement log. An unknown reference is refused with the nearest ones.
    """
    incident = _find(marts, wanted.strip())
    about = [incident["incident_id"]]
    evidence = marts.rows(
        """
        select fct_attribution_evidence.*, dim_teams.team_name
        from marts.fct_attribution_evidence left join marts.dim_teams using (team_id)
        where incident_id = ? order by step_priority, is_winner desc, source_name, source_value, team_name, team_id
        """,
        about,
    )
    return {
        **incident,
        "teams": marts.rows(
            """
            select team_id, team_name, team_weight
            from marts.fct_incident_teams left join marts.dim_teams using (team_id)
            where incident_id = ? order by team_name, team_id
            """,
            about,
        ),
        "steps": _steps(evidence, incident["attribution_step"]),
        "unmapped_values": marts.rows(
            """
            select distinct custom_field_name as source_name, field_value as source_value, suggested_team_id
            from marts.fct_incident_custom_fields
            inner join marts.rpt_unmapped_values using (field_value)
            where incident_id = ? and custom_field_name = custom_field
            order by source_name, source_value
            """,
            about,
        ),
        "ownerless_services": marts.rows(
            """
            select distinct service_id, service_name
            from marts.fct_incident_custom_fields
            inner join marts.dim_services on catalog_entry_id = service_id
            where incident_id = $1 and service_name not in (
                select source_name from marts.fct_attribution_evidence
                where incident_id = $1 and attribution_step = 'service' and source_name is not null
            )
            order by service_name, service_id
            """,
            about,
        ),
        "restatements": marts.rows(
            """
            select as_of, reason, old_value, new_value, old_team_ids, new_team_ids, run_id
            from marts.rpt_restatements
            where incident_id = ? order by as_of, run_id, restatement_number
            """,
            about,
        ),
    }


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


def _steps(evidence: Rows, winning_step: str) -> list[dict[str, Any]]:
    """The steps in the order of the chain, those without any candidate included."""
    priorities = {row["attribution_step"]: row["step_priority"] for row in evidence}
    order = sorted(STEPS, key=lambda step: (priorities.get(step, _usual_place(step, priorities)), step))
    best = min(
        (row["field_priority"] for row in evidence if row["is_winner"] and row["field_priority"]), default=1
    )
    steps = []
    for step in order:
        candidates = [row for row in evidence if row["attribution_step"] == step]
        for row in candidates:
            row["lost_because"] = None if row["is_winner"] else _lost_because(row, winning_step, best)
        is_winner = any(row["is_winner"] for row in candidates)
        steps.append({"attribution_step": step, "is_winner": is_winner, "candidates": candidates})
    return steps


def _lost_because(row: dict[str, Any], winning_step: str, best: int) -> str:
    """A sentence on why a candidate gives no credit."""
    if row["attribution_step"] != winning_step:
        return f"the step {winning_step} comes first and names a team"
    if row["outranked_by"] != "field_priority":
        return f"a row of {row['outranked_by']} comes first"
    return f"field priority {row['field_priority']}, and a field of priority {best} names a team"


def _usual_place(step: str, priorities: dict[str, int]) -> float:
    """A step without candidates has no priority in the evidence: it stands where the usual order puts it."""
    before = [priorities[name] for name in STEPS[: STEPS.index(step)] if name in priorities]
    return max(before, default=0) + 0.5
