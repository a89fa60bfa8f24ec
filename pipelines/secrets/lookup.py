"""Finding the key: the stores in order, the first that has one answers."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.secrets.api_key import CREDENTIAL_NAME, ApiKey, Place, SecretError, checked_key
from pipelines.secrets.connection import Connection, known_account, read_connection
from pipelines.secrets.encrypted_file import EncryptedFile
from pipelines.secrets.keyring_store import Keyring
from pipelines.settings import Settings


def from_settings(settings: Settings) -> ApiKey | None:
    """The key of `INCIDENT_IO_API_KEY`, from the environment or `.env`."""
    return checked_key(settings.api_key, "INCIDENT_IO_API_KEY") if settings.api_key else None


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
    return checked_key(text, source)


def from_keyring(settings: Settings) -> ApiKey | None:
    """The key that `connect` put into the operating system's keyring for this home.

    Raises :class:`SecretError` when it was put there and cannot be had now: falling back to nothing would look as
    if this home had never been connected.
    """
    connection = read_connection(settings.home)
    store = Keyring()
    if connection is None or connection.store != store.name:
        return None
    value = store.read(_place(settings, connection))
    if value is None:
        raise SecretError(
            f"{store.label} no longer holds the key of this home; run `incident-marts connect` again"
        )
    return checked_key(value, store.label)


def from_encrypted_file(settings: Settings) -> ApiKey | None:
    """The key that `connect` sealed into the encrypted file of this home.

    The file counts without the connection's record too; the record only says when it is expected.
    """
    connection = read_connection(settings.home)
    store = EncryptedFile(settings)
    if connection is not None and connection.store != store.name:
        return None
    place = (
        _place(settings, connection)
        if connection is not None
        else Place(settings.home, known_account(settings.home) or "", settings.api_url)
    )
    value = store.read(place)
    if value is not None:
        return checked_key(value, store.label)
    if connection is not None:
        raise SecretError(f"{store.path}: is missing; run `incident-marts connect` again")
    return None


def _place(settings: Settings, connection: Connection) -> Place:
    """What the stored key is bound to, if it may be used with these settings."""
    if connection.api_url != settings.api_url:
        raise SecretError(
            f"The stored key was checked at {connection.api_url} and is not sent to {settings.api_url}. Correct "
            "INCIDENT_IO_API_URL, or run `incident-marts connect` again for this address."
        )
    return connection.place(settings.home)


# From what an operator sets for one process to what a person stored once.
STORES: tuple[Callable[[Settings], ApiKey | None], ...] = (
    from_settings,
    from_credentials_directory,
    from_keyring,
    from_encrypted_file,
)
OVERRIDING = (from_settings, from_credentials_directory)


def find_api_key(settings: Settings) -> ApiKey | None:
    """The first key the stores hold, or None; raises :class:`SecretError` when a store's value cannot be a key.

    The demo has a key of its own, which is part of its settings; no store is asked for it.
    """
    for store in (from_settings,) if settings.is_demo else STORES:
        if key := store(settings):
            return key
    return None


def overriding_source(settings: Settings) -> str | None:
    """What hides a stored key: the environment or systemd's credential, in words; None when neither is set."""
    for store in OVERRIDING:
        if key := store(settings):
            return key.source
    return None
