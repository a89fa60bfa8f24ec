"""Ids and timestamps as the API writes them: 26-character ULIDs, RFC 3339 with 0 to 6 fractional digits."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_RFC4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CROCKFORD = bytes.maketrans(_RFC4648, _CROCKFORD)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: isoformat then has no offset to replace
_SETTINGS_MADE_MS = 1_640_995_200_000  # 2022-01-01, before any incident


def ulid(milliseconds: int, randomness: bytes) -> str:
    """A ULID of an instant and ten bytes."""
    data = milliseconds.to_bytes(10, "big") + randomness
    text = base64.b32encode(data[:10])[6:] + base64.b32encode(data[10:])
    return text.translate(_TO_CROCKFORD).decode()


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
