"""RFC 3339 text to instants, as the API writes it: any offset, zero to nine fractional digits."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyarrow as pa

UTC_MICROSECONDS = pa.timestamp("us", "UTC")
_FRACTION = re.compile(r"(?<=[0-9])[.,]([0-9]+)")


def parse_timestamps(values: list[str | None]) -> pa.Array:
    """UTC instants in microseconds; digits beyond the sixth are cut, empty text is NULL.

    Raises ValueError (or an Arrow error) for anything else, a time without a zone included: guessing a zone would
    shift history.
    """
    texts = pa.array(values, pa.string())
    if all(value is None or value[-1:] == "Z" for value in values):
        try:
            return texts.cast(UTC_MICROSECONDS)
        except pa.ArrowInvalid:
            pass  # empty text or more than six digits: one by one below
    return pa.array([_parse(value) for value in values], UTC_MICROSECONDS)


def _parse(text: str | None) -> datetime | None:
    if not text:
        return None
    cut = _FRACTION.sub(lambda match: "." + f"{match[1][:6]:0<6}", text, count=1)
    instant = datetime.fromisoformat(cut)
    if instant.tzinfo is None:
        raise ValueError(f"no time zone: {text!r}")
    return instant.astimezone(UTC)
