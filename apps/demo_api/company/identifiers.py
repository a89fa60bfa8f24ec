"""Ids and timestamps as the API writes them: 26-character ULIDs, RFC 3339 with 0 to 6 fractional digits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]  # two characters hold ten bits
_SHIFTS = range(120, -1, -10)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: isoformat then has no offset to replace
_SETTINGS_MADE_MS = 1_640_995_200_000  # 2022-01-01, before any incident


def ulid(milliseconds: int, randomness: bytes) -> str:
    """A ULID of an instant and ten bytes."""
    value = milliseconds << 80 | int.from_bytes(randomness, "big")
    return "".join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])


@cache
def named_ulid(kind: str, name: str) -> str:
    """The id of a setting, which depends on its name alone so that seeds can refer to it."""
    return ulid(_SETTINGS_MADE_MS, blake2b(f"{kind}/{name}".encode(), digest_size=10).digest())


def rfc3339(micros: int) -> str:
    """UTC text of an instant; trailing zeros of the fraction are cut, as the API does."""
    text = (_EPOCH + timedelta(microseconds=micros)).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    delta = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds
