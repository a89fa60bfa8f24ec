"""The list endpoints as data: path, scope, page sizes, what selects the records, and the shape of the envelope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from apps.demo_api import filters
from apps.demo_api.account import CompiledAccount
from apps.demo_api.query import Query

Select = Callable[[CompiledAccount, Query, bool], Sequence[int]]


@dataclass(frozen=True)
class Paging:
    """How a list pages. `accepted` is the largest size not refused, `served` the largest really answered."""

    accepted: int = 250
    served: int = 250
    size_required: bool = False
    has_total: bool = False
    meta_required: bool = True  # False: the object is left out when the page is empty
    is_old: bool = False  # True: may repeat `after` on the last page
    any_order: bool = False  # True: the vendor does not say in which order the list comes


_SMALL = Paging(accepted=50, served=50, size_required=True, is_old=True, any_order=True)


def _without_next_shifts(record: bytes, page_size: int) -> bytes:
    """A schedule as a page of this size shows it."""
    if page_size <= 25:
        return record
    return orjson.dumps({name: value for name, value in orjson.loads(record).items() if name != "next_shifts"})


@dataclass(frozen=True)
class Endpoint:
    """One list. Without `paging` everything comes in one answer with no `pagination_meta`.

    `shown` is for a list whose records depend on the size of the page. `empty`: the answer is no list but one
    object, that of the incident asked for, and this where nothing is known of it.
    """

    path: str
    resource: str
    scope: str | None
    paging: Paging | None = None
    select: Select | None = None
    required: tuple[str, ...] = ()
    shown: Callable[[bytes, int], bytes] | None = None
    empty: bytes | None = None


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
        Paging(meta_required=False, is_old=True, any_order=True),
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
    Endpoint("/v3/teams", "teams", "catalog_entries.view", Paging()),
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
    Endpoint("/v3/actions", "actions", "actions.view", Paging(), filters.select_actions),
    Endpoint(
        "/v1/incident_attachments",
        "incident_attachments",
        "attachments.view",
        select=filters.select_incident_attachments,
    ),
    Endpoint(
        "/v2/incident_participants",
        "incident_participants",
        "incidents.view",
        select=filters.select_incident_participants,
        required=("incident_id",),
        empty=b'{"active":[],"passive":[]}',
    ),
    Endpoint(
        "/v1/incident_relationships",
        "incident_relationships",
        "incidents.view",
        Paging(meta_required=False, is_old=True),
        filters.select_incident_relationships,
        required=("incident_id",),
    ),
    Endpoint("/v2/alerts", "alerts", "alerts.view", _SMALL, filters.select_alerts),
    Endpoint("/v2/incident_alerts", "incident_alerts", "alerts.view", _SMALL, filters.select_incident_alerts),
    Endpoint(
        "/v2/escalations",
        "escalations",
        "escalations.view",
        replace(_SMALL, size_required=False),
        filters.select_escalations,
    ),
    Endpoint(
        "/v2/schedules",
        "schedules",
        "schedules.view",
        Paging(accepted=10_000, served=10_000, has_total=True, meta_required=False, is_old=True),
        shown=_without_next_shifts,
    ),
)
