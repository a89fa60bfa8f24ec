"""A click group whose commands are imported only when they are asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


class CommandTable(click.Group):
    """Finds each command in the module of `package` named after it (dashes become underscores), as `command`.

    `names` is the order of the help page. Dagster, dlt and dbt cost seconds, so nothing is imported for a command
    that is not used.
    """

    def __init__(self, *args: Any, package: str, names: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.package = package
        self.names = names

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names for the help page."""
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for an unknown name."""
        if cmd_name not in self.names:
            return None
        module = import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command
