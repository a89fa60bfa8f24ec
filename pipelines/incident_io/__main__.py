"""Run the source alone: `python -m pipelines.incident_io` (settings as in `.env.example`)."""

from __future__ import annotations

import sys

from pipelines.incident_io.account import AccountMismatchError
from pipelines.incident_io.errors import ApiError
from pipelines.incident_io.pipeline import LoadFailedError, extract
from pipelines.secrets import SecretError, find_api_key
from pipelines.settings import SettingsError, load_settings

_EXIT_FAILED, _EXIT_USAGE = 1, 2


def main() -> int:
    """Extract into the warehouse, lines on stderr, and return the exit code."""
    try:
        settings = load_settings()
    except SettingsError as error:
        return _fail(str(error), _EXIT_USAGE)
    try:
        if find_api_key(settings) is None:
            return _fail("No API key: run `incident-marts connect`, or set INCIDENT_IO_API_KEY.", _EXIT_USAGE)
        report = extract(settings)
    except (AccountMismatchError, SecretError) as error:
        return _fail(str(error), _EXIT_USAGE)
    except (ApiError, LoadFailedError) as error:
        return _fail(str(error), _EXIT_FAILED)
    lines = [f"{table}: {count} rows" for table, count in report.rows.items()]
    lines += [f"warning: {warning}" for warning in report.warnings]
    lines.append(f"{report.requests} requests; raw tables are in {settings.warehouse}")
    sys.stderr.write("\n".join(lines) + "\n")
    return 0


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"{message}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
