"""Query parameters: the grammar `field[operator]=value`, and the values of days and instants.

A filter that the real API has and this server has not is refused aloud: silently ignoring it would let a test pass
on data that the real API would never return.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime

from apps.demo_api.errors import invalid_value
from apps.demo_api.indexing import epoch_micros

DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

Query = Sequence[tuple[str, str]]


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


def refuse(query: Query, *names: str) -> None:
    """422 for filters that the real API has and this server has not."""
    for key, _ in query:
        name = key.partition("[")[0]
        if name in names:
            raise invalid_value(name, f"the demo API does not implement the filter {name}")


def bounds(query: Query, name: str, parse: Callable[[str, str, bool], int]) -> tuple[int, int] | None:
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


def day(name: str, text: str, is_end: bool) -> int:
    """Days since 1970 of a date; a timestamp is a 422."""
    if not DAY.match(text):
        raise invalid_value(name, f"{text!r} is not a date: use the form yyyy-mm-dd")
    try:
        return (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError as error:
        raise invalid_value(name, f"{text!r} is not a date: {error}") from error


def instant(name: str, text: str, is_end: bool) -> int:
    """Microseconds since 1970 of a timestamp, or of a date that stands for its first or last microsecond."""
    if DAY.match(text):
        return (day(name, text, is_end) + is_end) * 86_400_000_000 - is_end
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_value(name, f"{text!r} is not a timestamp: {error}") from error
    return epoch_micros((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat())
