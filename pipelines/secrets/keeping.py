"""Keeping a key for a home, and forgetting it."""

from __future__ import annotations

from typing import Protocol

from pipelines.secrets.api_key import ApiKey, Place, SecretError
from pipelines.secrets.connection import (
    Connection,
    known_account,
    read_connection,
    remove_connection,
    write_connection,
)
from pipelines.secrets.encrypted_file import EncryptedFile, encrypted_file_of
from pipelines.secrets.keyring_store import Keyring
from pipelines.settings import Settings


class Store(Protocol):
    """A place for keys; `label` says in words where it is."""

    name: str
    label: str

    def ensure_usable(self) -> None:
        """Raises SecretError saying why this store cannot be used here."""

    def read(self, place: Place) -> str | None:
        """The key of a place, or None."""

    def write(self, place: Place, value: str) -> None:
        """Store the key of a place, replacing the one before."""

    def forget(self, place: Place) -> bool:
        """Remove the key of a place; whether there was one."""


def stores(settings: Settings) -> dict[str, Store]:
    """Every store by name, in the order of preference."""
    return {"keyring": Keyring(), "file": EncryptedFile(settings)}


def choose_store(settings: Settings, wanted: str | None = None) -> Store:
    """The wanted store, else the one in use, else the first usable one.

    Raises :class:`SecretError`, before anything was written, saying for every candidate why it cannot be used.
    """
    available = stores(settings)
    name = wanted or _store_in_use(settings)
    candidates = [available[name]] if name in available else list(available.values())
    reasons = []
    for store in candidates:
        try:
            store.ensure_usable()
        except SecretError as error:
            reasons.append(f"{store.name}: {error}")
        else:
            return store
    raise SecretError("\n".join(["The key cannot be stored safely here. Nothing was changed.", *reasons]))


def keep_key(settings: Settings, store: Store, key: ApiKey, connection: Connection) -> list[str]:
    """Store the key and record the connection; the key it replaces is gone from every other store afterwards.

    Until the new key is in its store the old one stays valid for runs. Returns warnings about a store that could
    not be cleaned.
    """
    place = connection.place(settings.home)
    store.write(place, key.value)
    was_in, old_place = _store_in_use(settings), _stored_place(settings)
    write_connection(settings.home, connection)
    # The file of a home has one path, so writing it has replaced the old one; entries of a keyring have names.
    is_replaced = was_in == store.name and (was_in == EncryptedFile.name or old_place == place)
    if was_in is None or is_replaced:
        return []
    try:
        stores(settings)[was_in].forget(old_place)
    except SecretError as error:
        return [f"The old key is still in the store {was_in}, where nothing reads it any more: {error}"]
    return []


def forget_key(settings: Settings) -> list[str]:
    """Forget the key of this home in every store; returns where it was removed from.

    Raises :class:`SecretError` when the keyring that holds it cannot be asked; the record stays then, so that
    trying again is possible.
    """
    removed = []
    place = _stored_place(settings)
    file = EncryptedFile(settings)
    if file.forget(place):
        removed.append(file.label)
    in_use = _store_in_use(settings)
    if place.account:
        keyring = Keyring()
        try:
            if keyring.forget(place):
                removed.append(keyring.label)
        except SecretError:
            if in_use == keyring.name:
                raise
    remove_connection(settings.home)
    return removed


def _stored_place(settings: Settings) -> Place:
    """What the stored key is bound to, as far as this home tells."""
    try:
        if connection := read_connection(settings.home):
            return connection.place(settings.home)
    except SecretError:
        pass
    return Place(settings.home, known_account(settings.home) or "", settings.api_url)


def _store_in_use(settings: Settings) -> str | None:
    try:
        if connection := read_connection(settings.home):
            return connection.store
    except SecretError:
        return None
    return "file" if encrypted_file_of(settings.home).exists() else None
