"""How often a list is read in one run, and with which parameters: the endpoints' `series` by name.

A series is one walk through a list. Most endpoints have one. Others need one per incident mode or one per parent,
and only for the parents that matter: options of fields that have options, entries of the catalog types that teams,
services and custom fields use or that lie between a service and its team (a synced type can hold very many entries
nobody refers to).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from pipelines.incident_io.client import Client, Params
from pipelines.incident_io.cursors import WHOLE, Plan
from pipelines.incident_io.endpoints import BY_NAME, FOLLOW_UP_MODES, STATUS_CATEGORIES, Endpoint
from pipelines.incident_io.errors import MissingScopeError
from pipelines.incident_io.pages import Row, read_pages

# Any other type may have options, one that is added later as well.
FIELD_TYPES_WITHOUT_OPTIONS = ("text", "link", "numeric")
NEEDED_CATEGORIES = frozenset({"team", "service"})


@dataclass(frozen=True)
class Series:
    """Parameters of one walk, columns it adds to every row, and what a refusal of it means.

    `created`: first and last day of creation, None for an open end. `after`: the row to go on behind. `until`: the
    id of a row that ends the walk one page later. `known`: the rows, where they were read already. `partition`:
    which part of the list this walk reads, a value of the endpoint's partition column. `child_of`: text naming the
    parent, whose disappearance (404) skips the walk. `optional`: a sentence to warn with when the API does not
    accept the parameters (422); `instead`: the series to read then. `unexpected`: a sentence to warn with when a
    row turns up of which `is_unexpected` holds: an API that ignores the parameters repeats rows that are well
    known.
    """

    params: Params = field(default_factory=list)
    constants: Row = field(default_factory=dict)
    created: tuple[date | None, date | None] = (None, None)
    after: str | None = None
    until: str | None = None
    known: list[Row] | None = None
    partition: str = WHOLE
    child_of: str | None = None
    optional: str | None = None
    instead: Series | None = None
    unexpected: str | None = None
    is_unexpected: Callable[[Row], bool] = lambda row: True


class Parents:
    """Rows of the parent lists, read at most once per run however many resources ask.

    `catalog_types`: names, type names or ids of catalog types to read besides the needed ones.
    """

    def __init__(self, client: Client, catalog_types: frozenset[str] = frozenset()) -> None:
        self._client = client
        self.catalog_types = catalog_types
        self._locks = {"custom_fields": threading.Lock(), "catalog_types": threading.Lock()}
        self._rows: dict[str, list[Row] | MissingScopeError] = {}
        self._some_incident: list[str] | None = None

    def rows(self, name: str) -> list[Row]:
        """All rows of `custom_fields` or `catalog_types`; raises MissingScopeError each time it is asked for."""
        with self._locks[name]:
            if name not in self._rows:
                endpoint = BY_NAME[name]
                try:
                    pages = list(read_pages(self._client, endpoint, []))
                except MissingScopeError as error:
                    self._rows[name] = error
                else:
                    self._rows[name] = [row for page in pages for row in page.rows]
            rows = self._rows[name]
        if isinstance(rows, MissingScopeError):
            raise MissingScopeError(rows.path, rows.scope)
        return rows

    def some_incident(self) -> str | None:
        """The id of one incident, to ask for what hangs on incidents; None when there is none."""
        if self._some_incident is None:
            endpoint = BY_NAME["incidents"]
            params: Params = [*endpoint.params, ("page_size", "1")]
            body = self._client.get(endpoint.path, endpoint.selector, params, scope=endpoint.scope)
            self._some_incident = [str(row["id"]) for row in body[endpoint.selector]]
        return next(iter(self._some_incident), None)


def created_params(first: date | None, last: date | None) -> Params:
    """The filter for records created from `first` to `last`, both included; both bounds at once need the range."""
    if first and last:
        return [("created_at[date_range]", f"{first}~{last}")]
    if first:
        return [("created_at[gte]", first.isoformat())]
    return [("created_at[lte]", last.isoformat())] if last else []


def _one(parents: Parents, plan: Plan) -> Iterator[Series]:
    yield Series()


def _custom_fields(parents: Parents, plan: Plan) -> Iterator[Series]:
    yield Series(known=parents.rows("custom_fields"))


def _catalog_types(parents: Parents, plan: Plan) -> Iterator[Series]:
    yield Series(known=parents.rows("catalog_types"))


def _created(plan: Plan) -> tuple[date | None, date | None]:
    return plan.first or plan.start, plan.last


def _changed_days(parents: Parents, plan: Plan) -> Iterator[Series]:
    yield Series(_since_day(plan), created=_created(plan))


def _since_day(plan: Plan) -> Params:
    return [("updated_at[gte]", plan.since[WHOLE].date().isoformat())] if WHOLE in plan.since else []


def _changed_alerts(parents: Parents, plan: Plan) -> Iterator[Series]:
    changed = [("updated_at[gte]", _instant(plan.since[WHOLE]))] if WHOLE in plan.since else []
    plain = Series(changed, created=_created(plan))
    yield Series(
        [*changed, ("include_maintenance_window[is]", "true")],
        created=_created(plan),
        optional="alerts: the API does not accept include_maintenance_window, so those of maintenance windows may "
        "be missing",
        instead=plain,
    )


def _known_and_unknown_categories(parents: Parents, plan: Plan) -> Iterator[Series]:
    since = _since_day(plan)
    yield Series(
        since + [("status_category[one_of]", category) for category in STATUS_CATEGORIES], created=_created(plan)
    )
    yield Series(
        since + [("status_category[not_in]", category) for category in STATUS_CATEGORIES],
        created=_created(plan),
        optional="incidents: the API does not accept status_category[not_in], so incidents in a status category "
        "unknown to this version could not be looked for",
        unexpected="incidents: some are in a status category that this version does not know; they are loaded and "
        "count as neither open nor resolved",
        is_unexpected=_has_unknown_category,
    )


def _has_unknown_category(incident: Row) -> bool:
    return (incident.get("incident_status") or {}).get("category") not in STATUS_CATEGORIES


def _histories(parents: Parents, plan: Plan) -> Iterator[Series]:
    if plan.incident_ids is not None:
        yield from _by_incident(plan.incident_ids)
    elif plan.tail is not None:
        yield Series(after=plan.tail.after, until=plan.tail.until if plan.tail.after is None else None)
    else:
        yield Series()


def _by_incident(incident_ids: tuple[str, ...]) -> Iterator[Series]:
    for incident_id in incident_ids:
        yield Series([("incident_id", incident_id)], partition=incident_id, child_of=f"incident {incident_id}")


def _per_incident(parents: Parents, plan: Plan) -> Iterator[Series]:
    if plan.incident_ids is not None:
        yield from _by_incident(plan.incident_ids)
    elif incident_id := parents.some_incident():
        yield from _by_incident((incident_id,))


def _incident_modes(parents: Parents, plan: Plan) -> Iterator[Series]:
    for mode in FOLLOW_UP_MODES:
        changed = [("updated_at[gte]", _instant(plan.since[mode]))] if mode in plan.since else []
        yield Series(
            [("incident_mode", mode), *changed],
            {"incident_mode": mode},
            partition=mode,
            optional=f"the API does not accept incident_mode={mode}; those records are missing",
        )


def listed_partitions(endpoint: Endpoint, parents: Parents) -> frozenset[str]:
    """Every partition that exists now, read in this run or not; parts that exist no more are not among them."""
    if endpoint.partition == "incident_mode":
        return frozenset(FOLLOW_UP_MODES)
    if endpoint.partition == "custom_field_id":
        return frozenset(row["id"] for row in parents.rows("custom_fields"))
    if endpoint.partition == "catalog_type_id":
        return frozenset(row["id"] for row in parents.rows("catalog_types"))
    return frozenset({WHOLE})


def _option_fields(parents: Parents, plan: Plan) -> Iterator[Series]:
    for custom_field in parents.rows("custom_fields"):
        field_type = custom_field.get("field_type")
        if field_type not in FIELD_TYPES_WITHOUT_OPTIONS and not custom_field.get("catalog_type_id"):
            yield Series(
                [("custom_field_id", custom_field["id"])],
                partition=custom_field["id"],
                child_of=f"custom field {custom_field['id']}",
                optional="custom_field_options: the API does not list options of custom field "
                f"{custom_field['id']} of type {field_type!r}",
            )


def _needed_catalog_types(parents: Parents, plan: Plan) -> Iterator[Series]:
    used_by_fields = _texts(
        [custom_field.get("catalog_type_id") for custom_field in parents.rows("custom_fields")]
    )
    catalog_types = parents.rows("catalog_types")
    needed = [
        catalog_type
        for catalog_type in catalog_types
        if catalog_type.get("is_team_type")
        or NEEDED_CATEGORIES & _texts(catalog_type.get("categories"))
        or parents.catalog_types
        & _texts([catalog_type["id"], catalog_type.get("name"), catalog_type.get("type_name")])
        or catalog_type["id"] in used_by_fields
    ]
    for catalog_type in needed + _on_the_way_to_teams(catalog_types, needed):
        yield Series(
            [("catalog_type_id", catalog_type["id"])],
            partition=catalog_type["id"],
            child_of=f"catalog type {catalog_type['id']}",
        )


def _on_the_way_to_teams(catalog_types: list[Row], needed: list[Row]) -> list[Row]:
    """Types between a needed one and the teams: a service may name its team through its component."""
    team_types = _texts([kind.get("type_name") for kind in catalog_types if kind.get("is_team_type")])
    pointed_at = {type_name for catalog_type in needed for type_name in _attribute_types(catalog_type)}
    return [
        catalog_type
        for catalog_type in catalog_types
        if catalog_type not in needed
        and _texts([catalog_type.get("type_name")]) & pointed_at
        and team_types & _attribute_types(catalog_type)
    ]


def _attribute_types(catalog_type: Row) -> frozenset[str]:
    schema = catalog_type.get("schema")
    attributes = schema.get("attributes") if isinstance(schema, dict) else None
    found = attributes if isinstance(attributes, list) else []
    return _texts([attribute.get("type") for attribute in found if isinstance(attribute, dict)])


def _texts(values: Any) -> frozenset[str]:
    """The texts of a list. Anything else is left to the table of these records, which refuses it."""
    return (
        frozenset(value for value in values if isinstance(value, str)) if isinstance(values, list) else frozenset()
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


SERIES: dict[str, Callable[[Parents, Plan], Iterator[Series]]] = {
    "one": _one,
    "known_and_unknown_categories": _known_and_unknown_categories,
    "custom_fields": _custom_fields,
    "catalog_types": _catalog_types,
    "histories": _histories,
    "per_incident": _per_incident,
    "changed_alerts": _changed_alerts,
    "changed_days": _changed_days,
    "incident_modes": _incident_modes,
    "option_fields": _option_fields,
    "needed_catalog_types": _needed_catalog_types,
}
