"""The master key of the encrypted file: given by whoever operates the product, never made or stored by it."""

from __future__ import annotations

import os

from pipelines.secrets.api_key import SecretError
from pipelines.secrets.private_files import read_private
from pipelines.settings import Settings

VARIABLE, FILE_VARIABLE = "INCIDENT_MARTS_MASTER_KEY", "INCIDENT_MARTS_MASTER_KEY_FILE"
SHORTEST = 16
ROOT = 0
HOW_TO_MAKE = "`openssl rand -base64 32` makes a good one"


def has_master_key(settings: Settings) -> bool:
    """Whether one of the two settings is set; says nothing about its quality."""
    return bool(settings.master_key or settings.master_key_file)


def master_key(settings: Settings) -> bytes:
    """The master key as bytes; raises :class:`SecretError` naming the setting that is missing or unsuitable."""
    if settings.master_key and settings.master_key_file:
        raise SecretError(f"{VARIABLE} and {FILE_VARIABLE} are both set; keep one of them")
    if settings.master_key:
        return _long_enough(settings.master_key.encode(), VARIABLE)
    if settings.master_key_file is None:
        raise SecretError(
            f"The encrypted file needs a master key: set {VARIABLE}, or {FILE_VARIABLE} to a file of mode 0600 "
            f"that holds it ({HOW_TO_MAKE})."
        )
    where = f"{FILE_VARIABLE}: {settings.master_key_file}"
    try:
        # Operators hand files over through links and as root; either is theirs to decide.
        content = read_private(settings.master_key_file, owners=(os.geteuid(), ROOT), follow_links=True)
    except FileNotFoundError:
        raise SecretError(f"{where}: does not exist") from None
    except SecretError as error:
        raise SecretError(f"{FILE_VARIABLE}: {error}") from None
    return _long_enough(content.strip(), where)


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < SHORTEST:
        raise SecretError(f"{where}: is shorter than {SHORTEST} characters and could be guessed; {HOW_TO_MAKE}")
    return key
