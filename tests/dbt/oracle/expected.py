"""Everything the oracle knows about one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.attribution import Credit, attribute
from tests.dbt.oracle.dimensions import metrics_by_dimension
from tests.dbt.oracle.follow_ups import FollowUp, derive_follow_ups
from tests.dbt.oracle.history import Seen
from tests.dbt.oracle.incidents import Incident, derive_incidents
from tests.dbt.oracle.mapping import custom_field_values, custom_fields, incident_timestamps, team_names
from tests.dbt.oracle.metrics import Key, involvements, metrics, scopes_of
from tests.dbt.oracle.native_durations import incident_native_durations, metrics_by_duration
from tests.dbt.oracle.services import Services
from tests.dbt.oracle.severities import incidents_by_severity
from tests.dbt.oracle.teams import Teams
from tests.dbt.oracle.trailing import trailing_metrics
from tests.dbt.oracle.trust import trust
from tests.dbt.oracle.unmapped import unmapped_values
from tests.dbt.oracle.unresolved import unresolved_references


@dataclass(frozen=True)
class Expected:
    """What the marts must hold."""

    incidents: list[Incident]
    teams: Teams
    credits: dict[str, Credit]
    follow_ups: list[FollowUp]
    involvements: dict[str, dict[str, set[str]]]
    metrics: dict[str, dict[Key, dict[str, Any]]]
    severities: dict[Any, dict[str, Any]]
    trailing: dict[Any, dict[str, Any]]
    native_durations: dict[tuple[str, str], dict[str, Any]]
    durations: dict[Any, dict[str, Any]]
    dimensions: dict[Any, dict[str, Any]]
    unmapped: dict[tuple[str, str], dict[str, Any]]
    services: dict[tuple[str], dict[str, Any]]
    unresolved: dict[Any, dict[str, Any]]
    trust: dict[Any, dict[str, Any]]
    fields: dict[Any, dict[str, Any]]
    field_values: dict[Any, dict[str, Any]]
    team_names: dict[Any, dict[str, Any]]
    timestamps: dict[tuple[str], dict[str, Any]]


def expect(account: Account) -> Expected:
    """Compute the marts of an account from the definitions."""
    incidents = derive_incidents(account)
    seen = Seen(account)
    teams = seen.teams
    services = Services(account, seen)
    credits = attribute(account, incidents, seen, services)
    steps = {incident_id: credit.step for incident_id, credit in credits.items()}
    values = custom_field_values(account, incidents, steps, teams)
    follow_ups = derive_follow_ups(account, incidents, teams)
    scopes = scopes_of(account, incidents, credits, seen)
    by_period = metrics(account, incidents, credits, seen, follow_ups)
    return Expected(
        incidents=incidents,
        teams=teams,
        credits=credits,
        follow_ups=follow_ups,
        involvements={incident.id: involvements(account, incident) for incident in incidents},
        metrics=by_period,
        severities=incidents_by_severity(account, scopes, by_period),
        trailing=trailing_metrics(account, scopes),
        native_durations=incident_native_durations(account, incidents),
        durations=metrics_by_duration(account, scopes),
        dimensions=metrics_by_dimension(account, scopes),
        unmapped=unmapped_values(account, incidents, teams),
        services=services.described(),
        unresolved=unresolved_references(account, incidents, teams, services),
        trust=trust(account, incidents, credits, teams),
        fields=custom_fields(account, incidents, values, teams),
        field_values=values,
        team_names=team_names(account, teams, seen.former_names()),
        timestamps=incident_timestamps(account),
    )
