"""References that lead nowhere, with whom they concern (contract: unresolved references are kept and listed)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.custom_fields import field_values
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.owners import component_references, last_steps
from tests.dbt.oracle.references import Reference, has_ended
from tests.dbt.oracle.services import Services
from tests.dbt.oracle.teams import Teams, parent_references
from tests.dbt.oracle.text import by_id

Key = tuple[str, str | None, str, str, str]


@dataclass
class _Concerned:
    entries: set[str] = field(default_factory=set)
    incidents: set[str] = field(default_factory=set)


def unresolved_references(
    account: Account, incidents: list[Incident], teams: Teams, services: Services
) -> dict[Key, dict[str, Any]]:
    """(kind, catalog type, attribute, text, problem) -> entries that hold it, eligible incidents it concerns."""
    entries = by_id(account.table("catalog_entries"))
    eligible = [incident for incident in incidents if incident.is_eligible]
    incidents_of: dict[str, set[str]] = defaultdict(set)
    for incident in eligible:
        for service in services.linked(list(field_values(account, incident.row))):
            incidents_of[service["id"]].add(incident.id)
    components = component_references(account)
    found: dict[Key, _Concerned] = defaultdict(_Concerned)

    def note(kind: str, reference: Reference, problem: str, service_ids: set[str]) -> None:
        concerned = found[(kind, reference.catalog_type, reference.attribute, reference.text, problem)]
        concerned.entries.add(reference.holder)
        for service_id in service_ids:
            concerned.incidents |= incidents_of[service_id]

    for reference in components:
        if not reference.targets and not has_ended(entries[reference.holder]):
            note("service_component", reference, "unknown", {reference.holder})
    for reference in last_steps(account):
        behind = {step.holder for step in components if reference.holder in {target for target, _ in step.targets}}
        if not reference.targets and not has_ended(entries[reference.holder]):
            note("service_owner", reference, "unknown", behind if components else {reference.holder})
    for reference in parent_references(account):
        holder = reference.holder
        is_placed = teams.is_declared(holder) or not any(t.entry_id == holder for t in teams.catalog_teams)
        if not reference.targets and not has_ended(entries[holder]) and not is_placed:
            note("team_parent", reference, "unknown", set())
    for team_id in teams.circles:
        note("team_parent", teams.account_parents[team_id][1], "circle", set())
    for incident in eligible:
        for identifier in incident.row.get("team_ids") or []:
            if teams.of_incident_io(identifier) is None:
                found[("incident_team", None, "team_ids", identifier, "unknown")].incidents.add(incident.id)
    return {
        key: {"count_entries": len(concerned.entries), "count_incidents": len(concerned.incidents)}
        for key, concerned in found.items()
    }
