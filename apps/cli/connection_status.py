"""What `incident-marts status` says, from the connection's record and the published marts; never the key."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pipelines.secrets import SecretError, find_api_key, known_account, read_connection
from pipelines.settings import Settings

Document = dict[str, Any]


def status_of(settings: Settings) -> Document:
    """The whole status as one document; asks no network."""
    return {
        "ok": True,
        "home": str(settings.home),
        "api_url": settings.api_url,
        "is_demo": settings.is_demo,
        **_connection(settings),
        "last_run": _last_run(settings),
    }


def check_connection(settings: Settings) -> Document:
    """Whether the API takes the key and it belongs to this home: one request, tried once."""
    from pipelines.incident_io.account import AccountMismatchError, account_of, compare_account
    from pipelines.incident_io.client import Client
    from pipelines.incident_io.errors import ApiError
    from pipelines.incident_io.retries import ONE_ATTEMPT

    try:
        key = find_api_key(settings)
        if key is None:
            return {"ok": False, "problem": "there is no key to check; run `incident-marts connect`"}
        identity = Client(settings.api_url, key.value, retry=ONE_ATTEMPT).identity()
        account = account_of(identity)
        compare_account(account, settings.home)
    except (ApiError, AccountMismatchError, SecretError) as error:
        return {"ok": False, "problem": str(error)}
    return {"ok": True, "account": account, "key_name": identity.get("name"), "roles": identity.get("roles")}


def _connection(settings: Settings) -> Document:
    found: Document = {"connected": False, "account": known_account(settings.home), "key_source": None}
    try:
        connection = read_connection(settings.home)
        key = find_api_key(settings)
    except SecretError as error:
        return {**found, "problem": str(error)}
    if key is None:
        return found
    found |= {"connected": True, "key_source": key.source}
    # The record tells of the stored key only; one from the environment may be any key.
    if connection is not None and key.source.startswith(("the keyring", "the encrypted file")):
        found |= {
            "key_name": connection.key_name,
            "connected_at": connection.connected_at,
            "missing_scopes_when_connected": connection.missing_scopes,
        }
    return found


def _last_run(settings: Settings) -> Document | None:
    """The newest row of the published `run_log`; None before the first publication."""
    if not settings.marts.exists():
        return None
    from apps.cli.marts import Marts

    with Marts(settings.marts) as marts:
        tables = marts.rows("select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'run_log'")
        rows = marts.rows("select * from marts.run_log order by started_at desc limit 1") if tables else []
    if not rows:
        return None
    run = rows[0]
    finished = run["finished_at"] or run["started_at"]
    return {
        "run_id": run["run_id"],
        "status": run["status"],
        "started_at": run["started_at"].isoformat(),
        "finished_at": finished.isoformat(),
        "age_seconds": int((datetime.now(UTC) - finished).total_seconds()),
        "as_of": run["as_of"].isoformat(),
        "missing_scopes": json.loads(run["missing_scopes"]),
        "rows_per_resource": json.loads(run["rows_per_resource"]),
        "warnings": json.loads(run["warnings"]),
    }


def status_text(status: Document) -> str:
    """The document as lines for a person."""
    lines = [*_connection_lines(status), "", *_run_lines(status["last_run"])]
    if check := status.get("check"):
        verdict = f"the API takes the key {check['key_name']!r}" if check["ok"] else check["problem"]
        lines += ["", f"Check     {verdict}"]
    return "\n".join(lines)


def _connection_lines(status: Document) -> list[str]:
    if status.get("problem"):
        connected = f"no usable key: {status['problem']}"
    elif status["is_demo"]:
        connected = "the demo, which needs no key"
    elif status["connected"]:
        name = f" {status['key_name']!r}" if "key_name" in status else ""
        connected = f"key{name} from {status['key_source']}"
    else:
        connected = "not connected; `incident-marts connect` asks for a key"
    lines = [
        f"Account   {status['account'] or 'none yet'}",
        f"Key       {connected}",
        f"Home      {status['home']}",
    ]
    if since := status.get("connected_at"):
        lines.append(f"Since     {since}")
    return lines


def _run_lines(run: Document | None) -> list[str]:
    from apps.cli.tables import table

    if run is None:
        return ["Nothing is published yet; `incident-marts run` does it."]
    lines = [
        f"Last run  {run['status']}, finished {run['finished_at']} ({_age(run['age_seconds'])} ago)",
        f"As of     {run['as_of']}",
    ]
    missing = run["missing_scopes"]
    lines += [f"Missing   {resource} needs the scope {scope}" for resource, scope in sorted(missing.items())]
    lines += [f"Warning   {warning}" for warning in run["warnings"]]
    rows = [[resource, count] for resource, count in sorted(run["rows_per_resource"].items())]
    return [*lines, "", table(["resource", "rows"], rows)]


def _age(seconds: int) -> str:
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{max(0, seconds)} seconds"
