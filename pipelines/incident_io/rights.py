"""What a key may read, resource by resource, found out by one small request for each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.incident_io.client import Client
from pipelines.incident_io.cursors import DEFAULT_PER_INCIDENT, Plan
from pipelines.incident_io.endpoints import ENDPOINTS, Endpoint
from pipelines.incident_io.errors import InvalidRequestError, MissingScopeError, NotFoundError
from pipelines.incident_io.series import SERIES, Parents

GRANTED, MISSING, UNKNOWN = "granted", "missing", "unknown"
PRIVATE_ROLE = "global_access"

# What a person notices in the marts when the resource cannot be read.
LOST = {
    "incidents": "everything: no incidents, no metrics",
    "incident_updates": "reopened incidents, paused time, merged incidents",
    "follow_ups": "fct_follow_ups",
    "actions": "the table actions",
    "incident_attachments": "pull requests and tickets attached to incidents",
    "incident_participants": "who helped with an incident without holding a role (read only when a setting asks)",
    "alerts": "the table alerts",
    "incident_alerts": "which alerts belong to an incident",
    "escalations": "the table escalations",
    "schedules": "the table schedules",
    "custom_fields": "attribution by custom field and by service, fct_incident_custom_fields",
    "custom_field_options": "mapping rows that name an option by its id",
    "catalog_types": "attribution by custom field and by service, dim_services",
    "catalog_entries": "attribution by catalog field and by service, dim_services",
    "teams": "the teams known to incident.io",
    "users": "names and addresses in dim_people",
    "severities": "names and ranks of severities as they are now",
    "incident_statuses": "names and categories of statuses as they are now",
    "incident_types": "names of incident types as they are now",
    "incident_roles": "who led an incident",
    "incident_timestamps": "names of timestamps as they are now",
}


@dataclass(frozen=True)
class Right:
    """One resource: the scope it needs, whether the key has it (`unknown`: nothing to ask for), and what is lost
    without it."""

    resource: str
    scope: str
    status: str
    lost: str


def check_rights(client: Client, endpoints: tuple[Endpoint, ...] = ENDPOINTS) -> list[Right]:
    """A right for every endpoint, in their order.

    Lists that hang on a parent (options of a field, entries of a type) are asked for one parent. Without any, and
    for lists that are only read when a setting asks, the answer is that of another resource that needs the same
    scope. Raises the client's errors other than a refusal: a revoked key or an unreachable API is not an answer
    about rights.
    """
    parents = Parents(client)
    rights = [
        _right(client, endpoint, parents) if _is_read(endpoint) else _result(endpoint, UNKNOWN)
        for endpoint in endpoints
    ]
    by_scope = {right.scope: right.status for right in rights if right.status != UNKNOWN}
    return [
        replace(right, status=by_scope.get(right.scope, UNKNOWN)) if right.status == UNKNOWN else right
        for right in rights
    ]


def _right(client: Client, endpoint: Endpoint, parents: Parents) -> Right:
    try:
        series = next(iter(SERIES[endpoint.series](parents, Plan())), None)
    except MissingScopeError as error:
        # The parents cannot be read, so nothing of this resource can be found.
        return _result(endpoint, MISSING, error.scope)
    if series is None:
        return _result(endpoint, UNKNOWN)
    if series.known is not None:
        return _result(endpoint, GRANTED)
    params = [*endpoint.params, *series.params]
    if endpoint.page_size is not None:
        params.append(("page_size", "1"))
    try:
        client.get(endpoint.path, endpoint.selector, params, scope=endpoint.scope, kind=endpoint.answer_kind)
    except MissingScopeError as error:
        return _result(endpoint, MISSING, error.scope)
    except (NotFoundError, InvalidRequestError):
        # A parent that just went away, or a list this account does not have: the run will say more.
        return _result(endpoint, UNKNOWN)
    return _result(endpoint, GRANTED)


def _is_read(endpoint: Endpoint) -> bool:
    rule = DEFAULT_PER_INCIDENT.get(endpoint.name)
    return rule is None or rule.is_wanted


def _result(endpoint: Endpoint, status: str, scope: str = "") -> Right:
    lost = LOST.get(endpoint.name, f"the table {endpoint.name}")
    return Right(endpoint.name, scope or endpoint.scope, status, lost)
