"""What is known about a stored key without opening it: `<home>/connection.json`. Nothing in it is secret.

The keyring is asked only when this file says that the key is there: commands of people who never connected must
not make their desktop ask for a password.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipelines.secrets.api_key import Place, SecretError

FILE_NAME = "connection.json"


@dataclass(frozen=True)
class Connection:
    """One stored key: whose it is, where it was checked, in which store, and what it may not read.

    `missing_scopes` is resource to scope; `connected_at` is RFC 3339 in UTC.
    """

    account: str
    api_url: str
    key_name: str
    store: str
    connected_at: str
    roles: list[str] = field(default_factory=list)
    missing_scopes: dict[str, str] = field(default_factory=dict)

    def place(self, home: Path) -> Place:
        """What the key is bound to in its store."""
        return Place(home, self.account, self.api_url)


def read_connection(home: Path) -> Connection | None:
    """The record of a home, or None; raises :class:`SecretError` when the file is not one of ours."""
    path = home / FILE_NAME
    try:
        return Connection(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        raise SecretError(f"{path}: cannot be read; run `incident-marts connect` again") from None


def write_connection(home: Path, connection: Connection) -> None:
    """Record it in one step."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE_NAME
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(connection), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(draft, path)


def remove_connection(home: Path) -> None:
    """Forget the record."""
    (home / FILE_NAME).unlink(missing_ok=True)


def known_account(home: Path) -> str | None:
    """The account of this home, from its connection or from the identity recorded at the first run."""
    try:
        if connection := read_connection(home):
            return connection.account
    except SecretError:
        pass
    try:
        recorded = json.loads((home / "account.json").read_text(encoding="utf-8"))
        return str(recorded["dashboard_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
