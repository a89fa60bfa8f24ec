"""The store for machines without a keyring: `<home>/secrets/incident_io_api_key.json`, sealed by a master key."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pipelines.secrets.api_key import CREDENTIAL_NAME, Place, SecretError
from pipelines.secrets.master_key import master_key
from pipelines.secrets.private_files import check_private_folder, read_private, write_private
from pipelines.secrets.sealing import (
    AlteredError,
    NotSealedError,
    WrongMasterKeyError,
    bound_to,
    seal,
    unseal,
)
from pipelines.settings import Settings

AGAIN = "run `incident-marts connect` again"


class EncryptedFile:
    """One sealed file under the home of the settings."""

    name = "file"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.path = encrypted_file_of(settings.home)
        self.label = f"the encrypted file {self.path}"

    def ensure_usable(self) -> None:
        """Raises :class:`SecretError` when there is no usable master key or the folder is open to others."""
        master_key(self._settings)
        if self.path.parent.exists():
            check_private_folder(self.path.parent)

    def read(self, place: Place) -> str | None:
        """The key, or None without a file; raises :class:`SecretError` when it must not or cannot be opened."""
        try:
            check_private_folder(self.path.parent)
            content = read_private(self.path)
        except FileNotFoundError:
            return None
        try:
            if bound_to(content) != _binding(place):
                raise SecretError(
                    f"{self.path}: was written for another home, account or address "
                    f"({_words(bound_to(content))}); {AGAIN}"
                )
            return unseal(content, master_key(self._settings))
        except NotSealedError as error:
            raise SecretError(f"{self.path}: cannot be used ({error}); {AGAIN}") from None
        except WrongMasterKeyError:
            raise SecretError(
                f"{self.path}: the master key is not the one it was written with. Set INCIDENT_MARTS_MASTER_KEY "
                f"or INCIDENT_MARTS_MASTER_KEY_FILE to that one, or {AGAIN} with the new one."
            ) from None
        except AlteredError:
            raise SecretError(f"{self.path}: was altered since it was written; {AGAIN}") from None

    def write(self, place: Place, value: str) -> None:
        """Replace the file by one that holds the new key."""
        write_private(self.path, seal(value, master_key(self._settings), _binding(place)))

    def forget(self, place: Place) -> bool:
        """Remove the file; whether there was one."""
        del place
        existed = self.path.exists()
        self.path.unlink(missing_ok=True)
        with suppress(OSError):
            self.path.parent.rmdir()
        return existed


def encrypted_file_of(home: Path) -> Path:
    """Where the encrypted file of a home lies."""
    return home / "secrets" / f"{CREDENTIAL_NAME}.json"


def _binding(place: Place) -> dict[str, str]:
    return {"home": str(place.home), "account": place.account, "api_url": place.api_url}


def _words(binding: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(binding.items()))
