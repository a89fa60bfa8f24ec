"""The key as a value that does not show itself, and the error of everything that looks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

CREDENTIAL_NAME = "incident_io_api_key"


class SecretError(Exception):
    """A store cannot be used or holds something that cannot be a key (exit code 2).

    The message says where and what to do, never what was found.
    """


@dataclass(frozen=True)
class ApiKey:
    """An API key and a few words on where it was found. The value never appears in `repr` or `str`."""

    value: str = field(repr=False)
    source: str

    def __str__(self) -> str:
        return f"API key from {self.source}"


@dataclass(frozen=True)
class Place:
    """Whose key it is, and for which address: a stored key is bound to one home, account and API.

    Two homes never mix, and a changed `INCIDENT_IO_API_URL` cannot send a stored key to another server.
    """

    home: Path
    account: str
    api_url: str


def checked_key(text: str, source: str) -> ApiKey:
    """The key without surrounding blanks; raises :class:`SecretError` when no key looks like this."""
    value = text.strip()
    if not value:
        raise SecretError(f"{source}: is empty; put the API key there or remove it")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise SecretError(f"{source}: holds blanks or characters that no API key has; copy the key again")
    return ApiKey(value, source)
