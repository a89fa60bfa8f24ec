"""`incident-marts mapping`: from custom fields to teams, seen and tried before it counts."""

from __future__ import annotations

from apps.cli.command_table import CommandTable

HELP = """Make, check and try out the files that say which team an incident belongs to.

\b
In this order
  incident-marts mapping fields                     what there is to map, and what is mapped
  incident-marts mapping suggest                    rows for team_mapping.csv, as a patch
  incident-marts mapping suggest --write            appends them
  incident-marts mapping check                      what in the seeds fits nothing in the account
  incident-marts mapping plan                       what the edited seeds would change
  incident-marts run                                makes it so
"""

command = CommandTable(
    "mapping", package="apps.cli.commands.mapping", names=("fields", "suggest", "check", "plan"), help=HELP
)
