"""Where the API key comes from. It is looked up when a run starts, never at import.

The stores are asked in order and the first that has a key answers. A store is one function; a new one joins
`STORES` at its place in the order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pipelines.settings import Settings

CREDENTIAL_NAME = "incident_io_api_key"


class SecretError(Exception):
    """A store holds something that cannot be a key; the message says where, never what (exit code 2)."""


@dataclass(frozen=True)
class ApiKey:
    """An API key and a few words on where it was found. The value never appears in `repr` or `str`."""

    value: str = field(repr=False)
    source: str

    def __str__(self) -> str:
        return f"API key from {self.source}"


def from_settings(settings: Settings) -> ApiKey | None:
    """The key of `INCIDENT_IO_API_KEY`, from the environment or `.env`."""
    return _checked(settings.api_key, "INCIDENT_IO_API_KEY") if settings.api_key else None


def from_credentials_directory(settings: Settings) -> ApiKey | None:
    """The key that systemd handed over as the credential `incident_io_api_key`."""
    if settings.credentials_dir is None:
        return None
    path = settings.credentials_dir / CREDENTIAL_NAME
    source = f"$CREDENTIALS_DIRECTORY/{CREDENTIAL_NAME}"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        # Not chained: the error carries the bytes.
        raise SecretError(f"{source}: is not text") from None
    except OSError as error:
        raise SecretError(f"{source}: cannot be read ({error.strerror})") from error
    return _checked(text, source)


STORES: tuple[Callable[[Settings], ApiKey | None], ...] = (from_settings, from_credentials_directory)


def find_api_key(settings: Settings) -> ApiKey | None:
    """The first key the stores hold, or None; raises :class:`SecretError` when a store's value cannot be a key."""
    for store in STORES:
        if key := store(settings):
            return key
    return None


def _checked(text: str, source: str) -> ApiKey:
    value = text.strip()
    if not value:
        raise SecretError(f"{source}: is empty; put the API key there or remove it")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise SecretError(f"{source}: holds blanks or characters that no API key has; copy the key again")
    return ApiKey(value, source)
