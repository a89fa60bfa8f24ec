"""Which teams each incident is credited to, and what every step found (definitions, section 4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from tests.dbt.account import Account
from tests.dbt.oracle.candidates import Candidate
from tests.dbt.oracle.custom_fields import FieldMapping, field_values
from tests.dbt.oracle.history import Seen
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.services import Services
from tests.dbt.oracle.text import fold

ROOT_STEP = "organisation"
OWNERS_FILE = "incident_owners.csv"


@dataclass(frozen=True)
class Credit:
    """The outcome for one incident: the winning step, its teams, and all candidates by step, strongest first."""

    step: str
    teams: frozenset[str]
    candidates: dict[str, tuple[Candidate, ...]]

    @property
    def weight(self) -> Fraction:
        """Share of each credited team."""
        return Fraction(1, len(self.teams))

    @property
    def winners(self) -> list[Candidate]:
        """Evidence of the credit: what nothing outranks in the winning step."""
        return [found for found in self.candidates[self.step] if found.outranked_by is None]


def step_order(account: Account) -> tuple[str, ...]:
    """Steps, strongest first; the root organisation is always there to catch the rest."""
    order = tuple(account.variable("attribution_priority"))
    return order if ROOT_STEP in order else (*order, ROOT_STEP)


def attribute(account: Account, incidents: list[Incident], seen: Seen, services: Services) -> dict[str, Credit]:
    """The credit of every incident, by incident id."""
    chain = _Chain(account, seen, services)
    return {incident.id: chain.credit(incident) for incident in incidents}


class _Chain:
    def __init__(self, account: Account, seen: Seen, services: Services) -> None:
        self.account = account
        self.teams = seen.teams
        self.mapping = FieldMapping(account, seen.teams)
        self.services = services
        self.steps = step_order(account)

    def credit(self, incident: Incident) -> Credit:
        values = list(field_values(self.account, incident.row))
        root = self.teams.root
        found = {
            "custom_field": _strongest_fields([c for value in values for c in self.mapping.candidates(value)]),
            "explicit_owner": tuple(self._explicit_owners(incident)),
            "service": tuple(
                owner
                for service in self.services.linked(values)
                for owner in self.services.owners(service, incident.occurred_at)
            ),
            ROOT_STEP: (Candidate(root, "root_team_id", root, "always"),),
        }
        used = {step: found[step] for step in self.steps}
        given = {step: frozenset(c.team_id for c in used[step] if c.outranked_by is None) for step in self.steps}
        winner = next(step for step in self.steps if given[step])
        return Credit(winner, given[winner], used)

    def _explicit_owners(self, incident: Incident) -> list[Candidate]:
        named = []
        for line, row in enumerate(self.account.seed("incident_owners"), start=2):
            is_id = row["incident"] == incident.id
            is_reference = fold(row["incident"]) == fold(incident.row["reference"])
            if (is_id or is_reference) and row["team_id"] in self.teams.rows:
                matched_by = "incident_id" if is_id else "reference"
                named.append(
                    Candidate(
                        row["team_id"],
                        "incident_owners",
                        row["incident"],
                        matched_by,
                        seed_file=OWNERS_FILE,
                        seed_line=line,
                    )
                )
        computed = []
        for identifier in dict.fromkeys(incident.row.get("team_ids") or []):
            known = self.teams.of_incident_io(identifier)
            if known:
                computed.append(
                    Candidate(
                        known[0], "team_ids", identifier, known[1], outranked_by=OWNERS_FILE if named else None
                    )
                )
        return named + computed


def _strongest_fields(found: list[Candidate]) -> tuple[Candidate, ...]:
    """Among the fields that yield a team only those of the lowest number count."""
    strongest = min((c.priority for c in found if c.priority is not None), default=None)
    return tuple(replace(c, outranked_by=None if c.priority == strongest else "field_priority") for c in found)
