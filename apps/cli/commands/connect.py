"""`incident-marts connect`: check an API key and keep it in the secret store."""

from __future__ import annotations

import click

from apps.cli import options

EPILOG = """\b
Examples
  incident-marts connect
  incident-marts connect --stdin < key.txt
  INCIDENT_MARTS_MASTER_KEY_FILE=/etc/incident-marts/master.key incident-marts connect --store file

Connecting again with a new key of the same account rotates it: the old one is used until the new one was checked
and stored.
"""


@click.command("connect", epilog=EPILOG)
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the key from standard input.")
@click.option(
    "--store",
    type=click.Choice(["keyring", "file"]),
    help="Where to keep the key. Default: where it is now, else the keyring if there is one, else the file.",
)
@options.as_json
def command(from_stdin: bool, store: str | None, as_json: bool) -> None:
    """Ask for the API key, check it and its rights, and keep it safe.

    The key is never written in plain text: it goes to the keyring of the operating system, or to a file encrypted
    with your master key. A key of another account than this home's is refused.
    """
    from apps.cli.connecting import connect_account, report
    from apps.cli.key_input import ask_for_key
    from pipelines.secrets import choose_store
    from pipelines.settings import load_settings

    settings = load_settings()
    choose_store(settings, store)  # nobody should type a key that cannot be kept
    key = ask_for_key(from_stdin=from_stdin)
    click.echo(f"Checking the key and its rights at {settings.api_url} ...", err=True)
    report(settings, connect_account(settings, key, store), as_json=as_json)
