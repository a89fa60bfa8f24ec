"""Which records of each list a request leaves: what is hidden by default, and the filters it asks for."""

from __future__ import annotations

from collections.abc import Sequence

from apps.demo_api.account import CompiledAccount
from apps.demo_api.conditions import (
    Condition,
    by_day,
    by_instant,
    choice,
    equal,
    of_id,
    one_of,
    positions,
    public_only,
)
from apps.demo_api.errors import invalid_value, is_required, not_found
from apps.demo_api.indexing import id_code, resource_key, text_code
from apps.demo_api.query import Query, boolean, operators, refuse, single

MODES = ("standard", "retrospective", "test", "tutorial")
FOLLOW_UP_MODES = (*MODES, "stream")
STATUS_CATEGORIES = ("triage", "declined", "merged", "canceled", "live", "learning", "closed", "paused")
VISIBLE_MODES = ("standard", "retrospective")
VISIBLE_CATEGORIES = ("triage", "live", "learning", "closed", "paused")
ALERT_STATUSES = ("firing", "resolved")
ESCALATION_STATUSES = (
    "pending",
    "triggered",
    "acked",
    "resolved",
    "expired",
    "cancelled",
    "snoozed",
    "delayed",
    "pending_repeat",
)


def select_incidents(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Positions of the incidents a request asks for, in the order asked for."""
    table = account.tables["incidents"]
    refuse(query, "custom_field", "incident_role")
    if single(query, "filter_mode") not in (None, "all"):
        refuse(query, "filter_mode")
    left = positions(
        table,
        [
            choice(table, query, "mode", ("one_of",), known=MODES, default=VISIBLE_MODES),
            choice(table, query, "status_category", known=STATUS_CATEGORIES, default=VISIBLE_CATEGORIES),
            *(choice(table, query, name) for name in ("status", "severity", "incident_type")),
            *by_day(table, query),
            None if sees_private else equal(table, "private", 0),
        ],
    )
    sort_by = single(query, "sort_by") or "created_at_newest_first"
    if sort_by not in ("created_at_newest_first", "created_at_oldest_first"):
        raise invalid_value("sort_by", f"{sort_by!r} is not an order of this list")
    return left if sort_by == "created_at_oldest_first" else left[::-1]


def select_incident_updates(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """All updates, or those of one incident."""
    table = account.tables["incident_updates"]
    among = of_id(table, query, "incident_id", "incident")
    return positions(table, public_only(account, table, sees_private), among)


def select_follow_ups(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Follow-ups of standard and retrospective incidents, or of the one mode asked for."""
    team = single(query, "assignee_team_id")
    table = account.tables["follow_ups"]
    among = select_actions(account, query, sees_private, "follow_ups")
    return positions(table, [None if team is None else equal(table, "assignee_team", text_code(team))], among)


def select_actions(
    account: CompiledAccount, query: Query, sees_private: bool, resource: str = "actions"
) -> Sequence[int]:
    """Actions of standard and retrospective incidents, or of the one mode asked for."""
    table = account.tables[resource]
    mode = single(query, "incident_mode")
    if mode is not None and mode not in FOLLOW_UP_MODES:
        raise invalid_value("incident_mode", f"{mode!r} is not a mode: use one of {', '.join(FOLLOW_UP_MODES)}")
    tests = [
        one_of(table, "mode", {text_code(name) for name in ([mode] if mode else VISIBLE_MODES)}),
        *by_instant(table, query),
        *public_only(account, table, sees_private),
    ]
    return positions(table, tests, of_id(table, query, "incident_id", "incident"))


def select_incident_attachments(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Attachments of one incident, or of one external resource, or of both."""
    table = account.tables["incident_attachments"]
    resource_type, external_id = single(query, "resource_type"), single(query, "external_id")
    among = of_id(table, query, "incident_id", "incident")
    tests: list[Condition | None] = [*public_only(account, table, sees_private)]
    if resource_type and external_id:
        code = resource_key(resource_type, external_id)
        if among is None:
            among = table.having("resource", code)
        tests.append(equal(table, "resource", code))
    if among is None:
        raise is_required("incident_id")
    _require_incident(account, query, sees_private)
    return positions(table, tests, among)


def select_incident_participants(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """The one record of the participants of an incident, none where nobody took part."""
    _require_incident(account, query, sees_private)
    position = account.tables["incident_participants"].position_of(single(query, "incident_id") or "")
    return [] if position is None else [position]


def select_incident_relationships(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Incidents related to one incident."""
    table = account.tables["incident_relationships"]
    _require_incident(account, query, sees_private)
    among = of_id(table, query, "incident_id", "incident")
    return positions(table, public_only(account, table, sees_private, "incident", "other"), among)


def select_alerts(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Alerts, of private incidents too: an alert alone tells nothing about an incident."""
    table = account.tables["alerts"]
    refuse(query, "alert_group_id", "attributes", "has_notes", "tags")
    # No alert of this server is held by a maintenance window, so both values leave the same ones.
    for value in operators(query, "include_maintenance_window", ("is",)).get("is", ()):
        boolean([("include_maintenance_window", value)], "include_maintenance_window")
    tests = [
        choice(table, query, "status", known=ALERT_STATUSES),
        choice(table, query, "alert_source"),
        *by_instant(table, query),
    ]
    keys = operators(query, "deduplication_key", ("is",)).get("is")
    if keys:
        tests.append(lambda position: table.load(position)["deduplication_key"] in keys)
    return positions(table, tests)


def select_incident_alerts(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """The links between incidents and alerts, of all or of one incident, one alert or both."""
    table = account.tables["incident_alerts"]
    tests: list[Condition | None] = [*public_only(account, table, sees_private)]
    alert_id = single(query, "alert_id")
    among = of_id(table, query, "incident_id", "incident")
    if among is None:
        among = of_id(table, query, "alert_id", "alert")
    elif alert_id is not None:
        tests.append(equal(table, "alert", id_code(alert_id)))
    return positions(table, tests, among)


def select_escalations(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Escalations, by whole days."""
    table = account.tables["escalations"]
    refuse(query, "alert", "incident", "idempotency_key")
    tests = [
        choice(table, query, "status", known=ESCALATION_STATUSES),
        choice(table, query, "escalation_path"),
        *by_day(table, query),
        *public_only(account, table, sees_private),
    ]
    return positions(table, tests)


def select_users(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Active users, all with `include_inactive=true`; `email` and `slack_user_id` match exactly."""
    table = account.tables["users"]
    tests: list[Condition | None] = [None if boolean(query, "include_inactive") else equal(table, "active", 1)]
    for name in ("email", "slack_user_id"):
        wanted = single(query, name)
        if wanted is not None:
            tests.append(lambda p, name=name, wanted=wanted: table.load(p).get(name) == wanted)  # type: ignore[misc]
    return positions(table, tests)


def select_custom_field_options(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Options of one custom field."""
    table = account.tables["custom_field_options"]
    return positions(table, [equal(table, "custom_field", text_code(single(query, "custom_field_id")))])


def select_catalog_entries(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Entries of one catalog type; `identifier` matches id, external id or alias."""
    table = account.tables["catalog_entries"]
    tests: list[Condition | None] = [equal(table, "catalog_type", text_code(single(query, "catalog_type_id")))]
    identifier = single(query, "identifier")
    if identifier is not None:

        def named(position: int) -> bool:
            entry = table.load(position)
            return identifier in (entry["id"], entry.get("external_id"), *entry["aliases"])

        tests.append(named)
    return positions(table, tests)


def _require_incident(account: CompiledAccount, query: Query, sees_private: bool) -> None:
    """404 for an incident that does not exist, or that the key may not see."""
    incident_id = single(query, "incident_id")
    if incident_id is None:
        return
    table = account.tables["incidents"]
    position = table.position_of(incident_id)
    if position is None or (table.columns["private"][position] and not sees_private):
        raise not_found("The incident")
