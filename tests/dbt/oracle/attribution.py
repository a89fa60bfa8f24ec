"""Which teams each incident is credited to, and what every step found (definitions, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.dbt.account import Account
from tests.dbt.oracle.custom_fields import Candidate, FieldMapping, field_values
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.services import Services
from tests.dbt.oracle.teams import Teams

ROOT_STEP = "organisation"


@dataclass(frozen=True)
class Credit:
    """The outcome for one incident: the winning step, its teams, and all candidates by step.

    `given` holds the teams that each step gives, winner or not; `candidates` also what a step found and outranked.
    """

    step: str
    teams: frozenset[str]
    given: dict[str, frozenset[str]]
    candidates: dict[str, tuple[Candidate, ...]]

    @property
    def weight(self) -> Fraction:
        """Share of each credited team."""
        return Fraction(1, len(self.teams))

    @property
    def winners(self) -> set[Candidate]:
        """Evidence of the credit: the strongest candidates of the winning step."""
        found = self.candidates[self.step]
        strongest = min(candidate.priority for candidate in found)
        return {candidate for candidate in found if candidate.priority == strongest}


def step_order(account: Account) -> tuple[str, ...]:
    """Steps, strongest first; the root organisation is always there to catch the rest."""
    order = tuple(account.variable("attribution_priority"))
    return order if ROOT_STEP in order else (*order, ROOT_STEP)


def attribute(account: Account, incidents: list[Incident], teams: Teams) -> dict[str, Credit]:
    """The credit of every incident, by incident id."""
    chain = _Chain(account, teams)
    return {incident.id: chain.credit(incident) for incident in incidents}


class _Chain:
    def __init__(self, account: Account, teams: Teams) -> None:
        self.account = account
        self.teams = teams
        self.mapping = FieldMapping(account, teams)
        self.services = Services(account, teams)
        self.steps = step_order(account)

    def credit(self, incident: Incident) -> Credit:
        values = list(field_values(self.account, incident.row))
        linked = [value for value in values if value.entry_id and value.catalog_type_id in self.services.types]
        found = {
            "custom_field": tuple(candidate for value in values for candidate in self.mapping.candidates(value)),
            "explicit_owner": tuple(self._explicit_owners(incident)),
            "service": tuple(
                owner for value in linked for owner in self.services.owners(value, incident.occurred_at)
            ),
            ROOT_STEP: (Candidate(self.teams.root, 1, "", ""),),
        }
        used = {step: found[step] for step in self.steps}
        given = {step: _strongest(candidates) for step, candidates in used.items()}
        winner = next(step for step in self.steps if given[step])
        return Credit(winner, given[winner], given, used)

    def _explicit_owners(self, incident: Incident) -> list[Candidate]:
        names = {incident.row["reference"].strip().lower()}
        named = [
            Candidate(row["team_id"], 1, "seed", "incident_owners")
            for row in self.account.seed("incident_owners")
            if (row["incident"] == incident.id or row["incident"].strip().lower() in names)
            and row["team_id"] in self.teams.rows
        ]
        known = (self.teams.of_incident_io(team_id) for team_id in incident.row.get("team_ids") or [])
        return named or [Candidate(team_id, 1, "team_ids", "team_ids") for team_id in known if team_id]


def _strongest(candidates: tuple[Candidate, ...]) -> frozenset[str]:
    strongest = min((found.priority for found in candidates), default=None)
    return frozenset(found.team_id for found in candidates if found.priority == strongest)
