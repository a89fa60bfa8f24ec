"""The command line: `incident-marts`.

Only click is imported up front. Dagster, dlt and dbt cost seconds, so commands import them when they run.
"""

from __future__ import annotations

import signal
import sys

import click

from apps.cli.command_table import CommandTable
from apps.cli.failures import report_failure

# In the order people meet them; each lives in apps/cli/commands/ under its own name.
COMMANDS = (
    "run",
    "connect",
    "status",
    "disconnect",
    "extract",
    "build",
    "publish",
    "explain",
    "metrics",
    "mapping",
    "dagster",
    "demo-api",
    "doctor",
)

HELP = """incident.io data as team-attributed incident metrics in your own warehouse.

\b
First steps
  incident-marts run                        the whole path; without an account, against the demo
  incident-marts metrics --grain month      the numbers
  incident-marts explain INC-42             why an incident is credited to its teams

\b
Your own account
  incident-marts connect                    asks for the API key, checks it and keeps it safe
  incident-marts doctor                     what is set up, what is not, and how to fix it
  incident-marts run                        extract, build, test and publish
  incident-marts status                     what is connected, how fresh, how complete
  incident-marts dagster                    the same job every day, with pages to watch it

\b
Which team an incident belongs to
  incident-marts mapping suggest            rows that would map field values to teams
  incident-marts mapping check              what in the seeds fits nothing in the account
  incident-marts mapping plan               what edited seeds would change, before they are applied

\b
Exit codes
  0 done                3 another run holds the warehouse
  1 the run failed    130 interrupted
  2 wrong usage, settings or seeds; nothing was changed
  4 `mapping plan --exit-code` found that something moves
"""


@click.command(
    cls=CommandTable,
    package="apps.cli.commands",
    names=COMMANDS,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="incident-marts", message="%(prog)s %(version)s")
def cli() -> None:
    """Replaced by HELP."""


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code; never shows a traceback."""
    words = sys.argv[1:] if arguments is None else arguments
    # A service manager's stop ends a run as cleanly as Ctrl-C does: dbt has let go of the warehouse afterwards.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli.main(args=words, prog_name="incident-marts", standalone_mode=False)
    except BaseException as error:  # the one place where every error becomes a sentence and an exit code
        code = report_failure(error, as_json="--json" in words)
    sys.exit(code if isinstance(code, int) else 0)
