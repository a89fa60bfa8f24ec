"""Which rows of the small incident.io a request leaves, and which requests it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Rows = list[Row]
Params = dict[str, list[str]]
SMALL_PAGES = {"alerts", "incident_alerts", "escalations"}
PAGE_SIZE_REQUIRED = {"catalog_entries", "alerts", "incident_alerts"}


def refused(name: str, params: Params) -> tuple[int, str, str] | None:
    """Status, code and message of the 422 to a request that the real API would not answer."""
    missing = None
    if name in PAGE_SIZE_REQUIRED and "page_size" not in params:
        missing = "page_size"
    if name in ("incident_relationships", "incident_participants") and "incident_id" not in params:
        missing = "incident_id"
    names_resource = "resource_type" in params and "external_id" in params
    if name == "incident_attachments" and "incident_id" not in params and not names_resource:
        missing = "incident_id"
    if missing:
        return 422, "is_required", f"{missing} is a required parameter"
    if name in SMALL_PAGES and int(params.get("page_size", ["25"])[0]) > 50:
        return 422, "invalid_value", "page_size must be 50 or less"
    for column in ("created_at", "updated_at"):
        if f"{column}[gte]" in params and f"{column}[lte]" in params:
            return 422, "invalid_value", f"{column}: use date_range for both ends"
    return None


def left_by_filters(name: str, rows: Rows, params: Params) -> Rows:
    """The rows of a list that are neither hidden by default nor filtered away, in their order."""
    return FILTERS.get(name, _all)(rows, params)


def _all(rows: Rows, params: Params) -> Rows:
    return rows


def _incidents(rows: Rows, params: Params) -> Rows:
    modes = params.get("mode[one_of]", ["standard", "retrospective"])
    first, last = params.get("created_at[date_range]", ["0~9"])[0].split("~")
    first, last = params.get("created_at[gte]", [first])[0], params.get("created_at[lte]", [last])[0]
    rows = [
        row for row in rows if row.get("mode", "standard") in modes and first <= row["created_at"][:10] <= last
    ]
    if since := params.get("updated_at[gte]"):
        rows = [row for row in rows if row["updated_at"][:10] >= since[0]]
    if wanted := params.get("status_category[one_of]"):
        rows = [row for row in rows if _category(row) in wanted]
    if unwanted := params.get("status_category[not_in]"):
        rows = [row for row in rows if _category(row) not in unwanted]
    return rows


def _category(row: Row) -> str:
    return row.get("incident_status", {}).get("category", "live")


def _of_mode(rows: Rows, params: Params) -> Rows:
    mode = params.get("incident_mode", ["standard"])[0]
    return _between([row for row in rows if row.get("_mode") == mode], params)


def _with_status(rows: Rows, params: Params) -> Rows:
    wanted, unwanted = params.get("status[one_of]"), params.get("status[not_in]", [])
    return [row for row in rows if (wanted is None or row["status"] in wanted) and row["status"] not in unwanted]


def _incident_alerts(rows: Rows, params: Params) -> Rows:
    for kind in ("incident", "alert"):
        if wanted := params.get(f"{kind}_id"):
            rows = [row for row in rows if row[kind]["id"] == wanted[0]]
    return rows


def _attachments(rows: Rows, params: Params) -> Rows:
    for name in ("resource_type", "external_id"):
        if wanted := params.get(name):
            rows = [row for row in rows if row["resource"][name] == wanted[0]]
    return _where("incident_id")(rows, params)


def _users(rows: Rows, params: Params) -> Rows:
    if params.get("include_inactive") == ["true"]:
        return rows
    return [row for row in rows if row.get("is_active", True)]


def _where(param: str, column: str | None = None) -> Callable[[Rows, Params], Rows]:
    """A filter by one plain parameter, which leaves everything when it is absent."""

    def filtered(rows: Rows, params: Params) -> Rows:
        wanted = params.get(param)
        return rows if wanted is None else [row for row in rows if row[column or param] == wanted[0]]

    return filtered


def _between(rows: Rows, params: Params, *, by_day: bool = False) -> Rows:
    """Rows inside the `gte`, `lte` and `date_range` filters, both ends included, to the instant or to the day."""
    for column in ("created_at", "updated_at"):
        first, last = params.get(f"{column}[date_range]", ["~"])[0].split("~")
        first, last = params.get(f"{column}[gte]", [first])[0], params.get(f"{column}[lte]", [last])[0]
        if by_day:
            rows = [row for row in rows if first <= row[column][:10] <= (last or "9")]
        elif first or last:
            low = _moment(first) if first else datetime.min.replace(tzinfo=UTC)
            high = _moment(last, is_end=True) if last else datetime.max.replace(tzinfo=UTC)
            rows = [row for row in rows if low <= _moment(row[column]) <= high]
    return rows


def _moment(text: str, *, is_end: bool = False) -> datetime:
    """An instant; a date stands for its first or, as an end, its last one."""
    if len(text) == len("2026-01-01"):
        text += "T23:59:59.999999Z" if is_end else "T00:00:00Z"
    return datetime.fromisoformat(text)


FILTERS: dict[str, Callable[[Rows, Params], Rows]] = {
    "incidents": _incidents,
    "incident_updates": _where("incident_id"),
    "follow_ups": _of_mode,
    "actions": _of_mode,
    "custom_field_options": _where("custom_field_id"),
    "catalog_entries": _where("catalog_type_id"),
    "users": _users,
    "alerts": lambda rows, params: _with_status(_between(rows, params), params),
    "escalations": lambda rows, params: _with_status(_between(rows, params, by_day=True), params),
    "incident_alerts": _incident_alerts,
    "incident_attachments": _attachments,
    "incident_participants": _where("incident_id", "_incident_id"),
    "incident_relationships": _where("incident_id", "_incident_id"),
}
