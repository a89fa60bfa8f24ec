"""The list endpoints as data: path, scope, page sizes, what selects the records, and the shape of the envelope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apps.demo_api import filters
from apps.demo_api.account import CompiledAccount

Select = Callable[[CompiledAccount, filters.Query, bool], Sequence[int]]


@dataclass(frozen=True)
class Paging:
    """How a list pages. `accepted` is the largest size not refused, `served` the largest really answered."""

    accepted: int = 250
    served: int = 250
    size_required: bool = False
    has_total: bool = False
    meta_required: bool = True  # False: the object is left out when the page is empty
    is_old: bool = False  # True: may repeat `after` on the last page


@dataclass(frozen=True)
class Endpoint:
    """One list. Without `paging` everything comes in one answer with no `pagination_meta`."""

    path: str
    resource: str
    scope: str | None
    paging: Paging | None = None
    select: Select | None = None
    required: tuple[str, ...] = ()


ENDPOINTS = (
    Endpoint(
        "/v2/incidents",
        "incidents",
        "incidents.view",
        Paging(accepted=500, has_total=True, meta_required=False, is_old=True),
        filters.select_incidents,
    ),
    Endpoint(
        "/v2/incident_updates",
        "incident_updates",
        "incidents.view",
        Paging(meta_required=False, is_old=True),
        filters.select_incident_updates,
    ),
    Endpoint("/v3/follow_ups", "follow_ups", "actions.view", Paging(), filters.select_follow_ups),
    Endpoint("/v2/custom_fields", "custom_fields", "custom_fields.view"),
    Endpoint(
        "/v1/custom_field_options",
        "custom_field_options",
        "custom_fields.view",
        Paging(is_old=True),
        filters.select_custom_field_options,
        required=("custom_field_id",),
    ),
    Endpoint("/v3/catalog_types", "catalog_types", "catalog_types.view"),
    Endpoint(
        "/v3/catalog_entries",
        "catalog_entries",
        "catalog_entries.view",
        Paging(size_required=True, has_total=True),
        filters.select_catalog_entries,
        required=("catalog_type_id",),
    ),
    Endpoint("/v3/teams", "teams", "catalog_entries.view", Paging(), filters.select_teams),
    Endpoint(
        "/v2/users",
        "users",
        "users.view",
        Paging(accepted=10_000, served=10_000, is_old=True),
        filters.select_users,
    ),
    Endpoint("/v1/severities", "severities", "severities.view"),
    Endpoint("/v1/incident_statuses", "incident_statuses", "incident_statuses.view"),
    Endpoint("/v1/incident_types", "incident_types", "incident_types.view"),
    Endpoint("/v2/incident_roles", "incident_roles", "incident_roles.view"),
    Endpoint("/v2/incident_timestamps", "incident_timestamps", None),
)
