"""How a person or a script hands over the API key: typed without echo, or on standard input."""

from __future__ import annotations

import getpass
import sys
import warnings

import click

from pipelines.secrets import ApiKey, checked_key

LONGEST = 4096


def ask_for_key(*, from_stdin: bool) -> ApiKey:
    """The key; raises UsageError where nobody can type it and SecretError when it cannot be one.

    There is no option that takes the key itself: arguments can be read by every user of a machine.
    """
    if from_stdin:
        # Bytes, so that a text which is none gives no error that repeats it.
        content = sys.stdin.buffer.read(LONGEST)
        return checked_key(content.decode("ascii", errors="replace"), "standard input")
    if not sys.stdin.isatty():
        raise click.UsageError(
            "There is no terminal to ask for the key. Hand it over with --stdin, for example "
            "`incident-marts connect --stdin < key.txt`."
        )
    with warnings.catch_warnings():
        # Without control of the echo, getpass would warn and then show what is typed.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return checked_key(getpass.getpass("incident.io API key (not shown): ", sys.stderr), "the key typed")
        except getpass.GetPassWarning:
            raise click.UsageError("This terminal cannot hide what is typed; use --stdin.") from None
        except EOFError:
            raise click.Abort from None
