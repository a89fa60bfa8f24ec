"""A home belongs to one account: mixing two accounts in one warehouse could not be told apart afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.incident_io.client import Client
from pipelines.incident_io.errors import ApiError

FILE_NAME = "account.json"


class AccountMismatchError(Exception):
    """The key belongs to another account than the home (exit code 2; nothing was written)."""


def check_account(client: Client, home: Path) -> str:
    """The account's address, after comparing it with the one that the home was first used with.

    The address (`dashboard_url`) names the organisation; a key's own name does not, it changes when the key is
    rotated. The first call records it in `<home>/account.json`. Raises :class:`AccountMismatchError` for another
    account and the client's errors when the API cannot be asked.
    """
    account = account_of(client.identity())
    compare_account(account, home)
    record_account(account, home)
    return account


def account_of(identity: Mapping[str, Any]) -> str:
    """The address that names the account of an identity; raises ApiError when the answer has none."""
    account = str(identity.get("dashboard_url") or "").rstrip("/")
    if not account:
        raise ApiError("GET /v1/identity: the answer names no dashboard_url, so the account cannot be told")
    return account


def compare_account(account: str, home: Path) -> None:
    """Raises :class:`AccountMismatchError` when the home belongs to another account; writes nothing."""
    recorded = _recorded(home / FILE_NAME)
    if recorded not in (None, account):
        raise AccountMismatchError(
            f"The API key belongs to {account}, but {home} holds the data of {recorded}. Use the key of that "
            "account, or set INCIDENT_MARTS_HOME to another folder for this one. Nothing was changed."
        )


def record_account(account: str, home: Path) -> None:
    """Note that the home belongs to this account, unless that is noted already."""
    record = home / FILE_NAME
    if record.exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    draft = record.with_suffix(".new")
    draft.write_text(json.dumps({"dashboard_url": account}, indent=2) + "\n", encoding="utf-8")
    os.replace(draft, record)


def _recorded(record: Path) -> str | None:
    try:
        recorded = json.loads(record.read_text(encoding="utf-8"))["dashboard_url"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise AccountMismatchError(
            f"{record} cannot be read, so it is unknown whose data {record.parent} holds. Restore the file, "
            "or delete it if you are sure that the key belongs to this home. Nothing was changed."
        ) from None
    return str(recorded)
