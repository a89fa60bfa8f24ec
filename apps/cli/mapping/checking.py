"""The seeds against the account as it was last published."""

from __future__ import annotations

from typing import Any

from orchestration.run import validated_seeds
from pipelines.seeds.account_check import AccountCheck, check_against_account
from pipelines.settings import Settings
from pipelines.warehouse import read_only

UNPUBLISHED = "nothing is published yet, so only the files themselves were checked; `incident-marts run` publishes"


def check_seeds(settings: Settings) -> dict[str, Any]:
    """Rows by file, warnings, and what could not be compared; SeedsError with every problem of wrong files."""
    seeds = validated_seeds(settings)
    found = AccountCheck([], [UNPUBLISHED])
    if settings.marts.exists():
        with read_only(settings.marts) as connection:
            found = check_against_account(connection, seeds, settings.pii_salt)
    return {
        "folder": str(settings.seeds),
        "rows": {f"{name}.csv": len(rows) for name, rows in seeds.tables.items()},
        "warnings": [*seeds.warnings, *map(str, found.warnings)],
        "not_checked": found.not_checked,
    }


def check_text(document: dict[str, Any]) -> str:
    """The findings, one a line, and a last line that says how many."""
    rows = sum(document["rows"].values())
    count = len(document["warnings"])
    verdict = "no problems" if not count else f"{count} warning{'s' if count > 1 else ''}"
    last = f"{rows} rows in {len(document['rows'])} files of {document['folder']}: {verdict}"
    return "\n".join([*document["warnings"], *document["not_checked"], last])
