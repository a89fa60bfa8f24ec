"""Query parameters: the grammar `field[operator]=value`, and which records each endpoint's filters leave.

A filter that the real API has and this server has not is refused aloud: silently ignoring it would let a test pass
on data that the real API would never return.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime

from apps.demo_api.account import CompiledAccount, epoch_micros, text_code
from apps.demo_api.errors import invalid_value
from apps.demo_api.records import RecordTable

MODES = ("standard", "retrospective", "test", "tutorial")
FOLLOW_UP_MODES = (*MODES, "stream")
STATUS_CATEGORIES = ("triage", "declined", "merged", "canceled", "live", "learning", "closed", "paused")
VISIBLE_MODES = ("standard", "retrospective")
VISIBLE_CATEGORIES = ("triage", "live", "learning", "closed", "paused")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

Query = Sequence[tuple[str, str]]
Test = Callable[[int], bool]


def single(query: Query, name: str) -> str | None:
    """The last value of a plain parameter."""
    values = [value for key, value in query if key == name]
    return values[-1] if values else None


def operators(query: Query, name: str, known: Iterable[str]) -> dict[str, list[str]]:
    """`{operator: values}` of one filter; 422 for an operator the filter does not have."""
    found: dict[str, list[str]] = {}
    for key, value in query:
        if key.startswith(f"{name}[") and key.endswith("]"):
            operator = key[len(name) + 1 : -1]
            if operator not in known:
                raise invalid_value(name, f"{operator!r} is not an operator of {name}: use {', '.join(known)}")
            found.setdefault(operator, []).append(value)
    return found


def boolean(query: Query, name: str) -> bool:
    """A true or false parameter, false when absent."""
    value = single(query, name)
    if value not in (None, "true", "false"):
        raise invalid_value(name, f"{value!r} is not a boolean: use true or false")
    return value == "true"


def select_incidents(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Positions of the incidents a request asks for, in the order asked for."""
    table = account.tables["incidents"]
    for key, _ in query:
        name = key.partition("[")[0]
        if name in ("custom_field", "incident_role", "filter_mode") and (name, single(query, name)) != (
            name,
            "all",
        ):
            raise invalid_value(name, f"the demo API does not implement the filter {name}")
    tests = [
        _choice(table, query, "mode", ("one_of",), known=MODES, default=VISIBLE_MODES),
        _choice(table, query, "status_category", known=STATUS_CATEGORIES, default=VISIBLE_CATEGORIES),
        *(_choice(table, query, name) for name in ("status", "severity", "incident_type")),
        _days(table, query, "created_at", "created_day"),
        _days(table, query, "updated_at", "updated_day"),
        None if sees_private else _equal(table, "private", 0),
    ]
    positions = _positions(table, tests)
    sort_by = single(query, "sort_by") or "created_at_newest_first"
    if sort_by not in ("created_at_newest_first", "created_at_oldest_first"):
        raise invalid_value("sort_by", f"{sort_by!r} is not an order of this list")
    return positions if sort_by == "created_at_oldest_first" else positions[::-1]


def select_incident_updates(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """All updates, or those of one incident."""
    table = account.tables["incident_updates"]
    return _positions(table, [_of_incident(table, query), *_public_only(account, table, sees_private)])


def select_follow_ups(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Follow-ups of standard and retrospective incidents, or of the one mode asked for."""
    table = account.tables["follow_ups"]
    mode = single(query, "incident_mode")
    if mode is not None and mode not in FOLLOW_UP_MODES:
        raise invalid_value("incident_mode", f"{mode!r} is not a mode: use one of {', '.join(FOLLOW_UP_MODES)}")
    codes = {text_code(name) for name in ([mode] if mode else VISIBLE_MODES)}
    team = single(query, "assignee_team_id")
    tests = [
        _among(table, "mode", codes),
        _of_incident(table, query),
        None if team is None else _equal(table, "assignee_team", text_code(team)),
        _instants(table, query, "created_at"),
        _instants(table, query, "updated_at"),
        *_public_only(account, table, sees_private),
    ]
    return _positions(table, tests)


def select_users(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Active users, all with `include_inactive=true`; `email` and `slack_user_id` match exactly."""
    table = account.tables["users"]
    tests: list[Test | None] = [None if boolean(query, "include_inactive") else _equal(table, "active", 1)]
    for name in ("email", "slack_user_id"):
        wanted = single(query, name)
        if wanted is not None:
            tests.append(lambda p, name=name, wanted=wanted: table.load(p).get(name) == wanted)  # type: ignore[misc]
    return _positions(table, tests)


def select_custom_field_options(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Options of one custom field."""
    table = account.tables["custom_field_options"]
    return _positions(table, [_equal(table, "custom_field", text_code(single(query, "custom_field_id")))])


def select_catalog_entries(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """Entries of one catalog type; `identifier` matches id, external id or alias."""
    table = account.tables["catalog_entries"]
    tests: list[Test | None] = [_equal(table, "catalog_type", text_code(single(query, "catalog_type_id")))]
    identifier = single(query, "identifier")
    if identifier is not None:

        def named(position: int) -> bool:
            entry = table.load(position)
            return identifier in (entry["id"], entry.get("external_id"), *entry["aliases"])

        tests.append(named)
    return _positions(table, tests)


def select_teams(account: CompiledAccount, query: Query, sees_private: bool) -> Sequence[int]:
    """All teams."""
    return range(len(account.tables["teams"]))


def _positions(table: RecordTable, tests: Iterable[Test | None]) -> Sequence[int]:
    positions: Sequence[int] = range(len(table))
    for test in tests:
        if test is not None:
            positions = [position for position in positions if test(position)]
    return positions


def _equal(table: RecordTable, column: str, wanted: int) -> Test:
    values = table.columns[column]
    return lambda position: values[position] == wanted


def _among(table: RecordTable, column: str, wanted: set[int]) -> Test:
    values = table.columns[column]
    return lambda position: values[position] in wanted


def _of_incident(table: RecordTable, query: Query) -> Test | None:
    incident_id = single(query, "incident_id")
    if incident_id is None:
        return None
    has_code = _equal(table, "incident", text_code(incident_id))  # codes of two ids may be equal
    return lambda position: has_code(position) and table.load(position)["incident_id"] == incident_id


def _public_only(account: CompiledAccount, table: RecordTable, sees_private: bool) -> list[Test]:
    if sees_private:
        return []
    incidents = account.tables["incidents"]
    private = incidents.columns["private"]
    hidden = {text_code(incidents.load(position)["id"]) for position in range(len(incidents)) if private[position]}
    values = table.columns["incident"]
    return [lambda position: values[position] not in hidden]


def _choice(
    table: RecordTable,
    query: Query,
    name: str,
    allowed: Sequence[str] = ("one_of", "not_in"),
    *,
    known: Sequence[str] | None = None,
    default: Sequence[str] | None = None,
) -> Test | None:
    """`one_of` and `not_in` over a coded column; `default` applies when the filter is absent."""
    asked = operators(query, name, allowed)
    for values in asked.values():
        for value in values:
            if known is not None and value not in known:
                raise invalid_value(name, f"{value!r} is not one of {', '.join(known)}")
    wanted = asked.get("one_of") or (list(default) if default and not asked else None)
    codes = table.columns[name]
    accepted = {text_code(value) for value in wanted} if wanted else None
    refused = {text_code(value) for value in asked.get("not_in", [])}
    if accepted is None and not refused:
        return None
    return lambda position: (accepted is None or codes[position] in accepted) and codes[position] not in refused


def _bounds(query: Query, name: str, parse: Callable[[str, str, bool], int]) -> tuple[int, int] | None:
    """Both ends, included, of a date filter. `gte` with `lte` is refused as the real API does."""
    asked = operators(query, name, ("gte", "lte", "date_range"))
    if not asked:
        return None
    if len(asked) > 1 or any(len(values) > 1 for values in asked.values()):
        raise invalid_value(
            name, f"only one of gte, lte and date_range can be used on {name}: use date_range for both ends"
        )
    operator, [value] = next(iter(asked.items()))
    low, high = -(2**62), 2**62
    if operator == "date_range":
        first, separator, last = value.partition("~")
        if not separator:
            raise invalid_value(name, f"{value!r} is not a date range: use <from>~<to>")
        return parse(name, first, False), parse(name, last, True)
    if operator == "gte":
        return parse(name, value, False), high
    return low, parse(name, value, True)


def _days(table: RecordTable, query: Query, name: str, column: str) -> Test | None:
    bounds = _bounds(query, name, _day)
    if bounds is None:
        return None
    low, high = bounds
    values = table.columns[column]
    return lambda position: low <= values[position] <= high


def _instants(table: RecordTable, query: Query, name: str) -> Test | None:
    bounds = _bounds(query, name, _instant)
    if bounds is None:
        return None
    low, high = bounds
    values = table.columns[name]
    return lambda position: low <= values[position] <= high


def _day(name: str, text: str, is_end: bool) -> int:
    if not DAY.match(text):
        raise invalid_value(name, f"{text!r} is not a date: use the form yyyy-mm-dd")
    try:
        return (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError as error:
        raise invalid_value(name, f"{text!r} is not a date: {error}") from error


def _instant(name: str, text: str, is_end: bool) -> int:
    """A timestamp, or a date standing for its first or last microsecond."""
    if DAY.match(text):
        return (_day(name, text, is_end) + is_end) * 86_400_000_000 - is_end
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_value(name, f"{text!r} is not a timestamp: {error}") from error
    return epoch_micros((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat())
