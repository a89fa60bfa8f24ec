"""Settings of a home that stores a key, and a keyring in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.secrets import Connection, keyring_store
from pipelines.secrets.api_key import Place
from pipelines.settings import DEFAULT_API_URL, Settings

ACCOUNT = "https://app.incident.io/harbour"
MASTER_KEY = "a-master-key-of-32-characters-ok"


def settings_of(home: Path, **values: object) -> Settings:
    settings = Settings(home=home, seeds=home, as_of=datetime(2026, 1, 1, tzinfo=UTC), master_key=MASTER_KEY)
    return replace(settings, **values)


def connection_in(store: str, api_url: str = DEFAULT_API_URL) -> Connection:
    return Connection(
        account=ACCOUNT,
        api_url=api_url,
        key_name="Nightly",
        store=store,
        connected_at="2026-01-01T00:00:00+00:00",
    )


def place_of(home: Path, account: str = ACCOUNT, api_url: str = DEFAULT_API_URL) -> Place:
    return Place(home, account, api_url)


class MemoryKeyring:
    """Behaves like a desktop's keyring; `locked` makes it refuse as one whose password was not given."""

    priority = 5.0

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, name: str) -> str | None:
        if self.locked:
            raise RuntimeError("locked, by the way the secret is " + str(self.entries))
        return self.entries.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.entries[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.entries[service, name]


# The allow-list goes by the name of the class.
MemoryKeyring.__module__, MemoryKeyring.__qualname__ = "keyring.backends.SecretService", "Keyring"


def use_keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    keyring = MemoryKeyring()
    monkeypatch.setattr(keyring_store, "usable_backend", lambda: keyring)
    return keyring
