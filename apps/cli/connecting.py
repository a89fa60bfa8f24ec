"""The steps of `connect`: a store first, then the checks of the key, and only then the key is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from pipelines.incident_io.account import account_of, compare_account, record_account
from pipelines.incident_io.client import Client
from pipelines.incident_io.rights import GRANTED, MISSING, PRIVATE_ROLE, Right, check_rights
from pipelines.secrets import ApiKey, Connection, choose_store, keep_key, overriding_source
from pipelines.settings import Settings


@dataclass(frozen=True)
class Connected:
    """What `connect` found out and did; `overridden_by` hides the stored key as long as it is set."""

    connection: Connection
    rights: list[Right]
    stored_in: str
    overridden_by: str | None
    warnings: list[str]


def connect_account(settings: Settings, key: ApiKey, store_name: str | None) -> Connected:
    """Check the key and keep it for this home.

    Raises SecretError without a usable store, AccountMismatchError for another account and the API's errors; the
    key stored before is then untouched.
    """
    store = choose_store(settings, store_name)
    client = Client(settings.api_url, key.value)
    identity = client.identity()
    account = account_of(identity)
    compare_account(account, settings.home)
    rights = check_rights(client)
    connection = Connection(
        account=account,
        api_url=settings.api_url,
        key_name=str(identity.get("name") or "unnamed"),
        store=store.name,
        connected_at=datetime.now(UTC).isoformat(timespec="seconds"),
        roles=role_names(identity),
        missing_scopes={right.resource: right.scope for right in rights if right.status == MISSING},
    )
    warnings = keep_key(settings, store, key, connection)
    record_account(account, settings.home)
    return Connected(connection, rights, store.label, overriding_source(settings), warnings)


def role_names(identity: dict[str, Any]) -> list[str]:
    """The roles of an identity, as the vendor names them."""
    return sorted(str(role) for role in identity.get("roles") or [])


def connected_document(settings: Settings, connected: Connected) -> dict[str, Any]:
    """Everything as one JSON document."""
    connection = connected.connection
    return {
        "ok": True,
        "account": connection.account,
        "key_name": connection.key_name,
        "roles": connection.roles,
        "home": str(settings.home),
        "store": connection.store,
        "stored_in": connected.stored_in,
        "overridden_by": connected.overridden_by,
        "rights": [vars(right) for right in connected.rights],
        "missing_scopes": connection.missing_scopes,
        "reads_private_incidents": PRIVATE_ROLE in connection.roles,
        "warnings": connected.warnings,
    }


def connected_text(settings: Settings, connected: Connected) -> str:
    """The same for a person."""
    from apps.cli.tables import table

    connection = connected.connection
    rows = [
        [right.resource, right.scope, right.status, "" if right.status == GRANTED else right.lost]
        for right in connected.rights
    ]
    lines = [
        f"Connected to {connection.account} with the key {connection.key_name!r}.",
        f"Home      {settings.home}",
        f"Key       kept in {connected.stored_in}",
        "",
        table(["resource", "scope", "right", "lost without it"], rows),
        "",
    ]
    count_missing = len(connection.missing_scopes)
    if count_missing:
        lines.append(
            f"{count_missing} of {len(rows)} resources cannot be read. Give the key the roles viewer and "
            "catalog_viewer in incident.io, or go on: what needs them stays empty."
        )
    if PRIVATE_ROLE not in connection.roles:
        lines.append(f"Private incidents are not counted: the key lacks the role {PRIVATE_ROLE}.")
    if connected.overridden_by:
        lines.append(
            f"Note: {connected.overridden_by} is set and wins over the stored key; remove it to use that one."
        )
    lines += [f"Warning: {warning}" for warning in connected.warnings]
    lines.append("Next: incident-marts run")
    return "\n".join(lines)


def report(settings: Settings, connected: Connected, *, as_json: bool) -> None:
    """Print one of the two."""
    import json

    if as_json:
        document = connected_document(settings, connected)
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(connected_text(settings, connected))
