"""Records made from the vendor's contract: the least that may be sent, and everything at its oddest.

Deterministic: a record depends on its shape and number alone.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.pipelines.vendor_contract import ANY_KEY, REQUIRED, Shape, enum_values

ODD_TEXTS = (
    "plain",
    "",
    " blanks around ",
    "line\nbreak\ttab\r\n",
    "\"quoted\" 'twice' \\ back; -- drop",
    "null",
    '{"a": [1, null]}',
    "Größe, naïve, e\u0301, 障害, עברית, \u202eright to left",
    "\U0001f692 \U0001f469\u200d\U0001f692 \ufeff \u2028 \u0000 \u0001 \u007f",
    "$1 %s {} <b>&amp;</b> ${HOME}",
    "2024-01-02T03:04:05Z",
    "0",
    "long " * 2_000,
)
ODD_INTEGERS = (0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63))
ODD_NUMBERS = (0, 1.5, -0.25, 1e-9, 123456789.125, 7, 1e300)
# Any precision and offset that RFC 3339 allows; a nanosecond does not fit the column and is cut.
ODD_INSTANTS = (
    "2024-02-29T23:59:59Z",
    "2021-08-17T13:28:22.72Z",
    "2021-08-17T13:28:57.801578Z",
    "2021-08-17T13:28:57.801578999Z",
    "2021-08-17T15:28:57.8+02:00",
    "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
)
ODD_KEYS = ("plain", "with.dot", "with space", 'with "quotes"', "Größe", "")


def minimal_record(shape: Shape, number: int) -> dict[str, Any]:
    """Only the keys that are always sent; texts, lists and free keys are empty."""
    record = _minimal(shape)
    return {**record, "id": f"minimal-{number:04d}"}


def full_records(shape: Shape) -> list[dict[str, Any]]:
    """Records with every key, that together hold every value of every enumeration and every odd text."""
    number_of_records = max(len(ODD_TEXTS), _longest_enum(shape))
    return [
        {**_full(shape, number, count(number)), "id": f"full-{number:04d}"} for number in range(number_of_records)
    ]


def _minimal(shape: Shape) -> Any:
    if isinstance(shape, dict):
        return {
            key.removesuffix(REQUIRED): _minimal(value) for key, value in shape.items() if key.endswith(REQUIRED)
        }
    if isinstance(shape, list):
        return []
    if values := enum_values(shape):
        return values[0]
    return {"text": "", "integer": 0, "number": 0, "boolean": False, "date-time": "2024-01-02T03:04:05Z"}[shape]


def _full(shape: Shape, number: int, turn: count[int]) -> Any:
    """`number` picks the value of an enumeration, so that all are met; `turn` varies everything else."""
    if isinstance(shape, dict):
        record = {
            key.removesuffix(REQUIRED): _full(value, number, turn)
            for key, value in shape.items()
            if key != ANY_KEY
        }
        if ANY_KEY in shape:
            record.update({key: _full(shape[ANY_KEY], number, turn) for key in ODD_KEYS})
        return record
    if isinstance(shape, list):
        return [_full(shape[0], number + step, turn) for step in range(next(turn) % 3 + 1)]
    if values := enum_values(shape):
        return values[number % len(values)]
    choices: dict[str, tuple[Any, ...]] = {
        "text": ODD_TEXTS,
        "integer": ODD_INTEGERS,
        "number": ODD_NUMBERS,
        "boolean": (True, False),
        "date-time": ODD_INSTANTS,
    }
    return choices[shape][next(turn) % len(choices[shape])]


def _longest_enum(shape: Shape) -> int:
    if isinstance(shape, dict):
        return max(map(_longest_enum, shape.values()), default=0)
    if isinstance(shape, list):
        return _longest_enum(shape[0])
    return len(enum_values(shape))
