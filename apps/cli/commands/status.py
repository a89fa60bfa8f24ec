"""`incident-marts status`: what is connected, how fresh, how complete."""

from __future__ import annotations

import json

import click

from apps.cli import options


@click.command("status")
@click.option("--check", is_flag=True, help="Also ask the API whether the key works.")
@options.demo
@options.as_json
def command(check: bool, demo: bool, as_json: bool) -> None:
    """Say which account is connected, where its key comes from, and what the last run brought.

    Works without the network. With --check a key that does not work gives exit code 1.
    """
    from apps.cli.connection_status import check_connection, status_of, status_text
    from pipelines.settings import load_settings

    settings = load_settings()
    if demo:
        settings = settings.for_demo(settings.api_url, "")
    status = status_of(settings)
    if check:
        status["check"] = check_connection(settings)
        status["ok"] = status["check"]["ok"]
    click.echo(json.dumps(status, default=str, ensure_ascii=False, indent=2) if as_json else status_text(status))
    if check and not status["check"]["ok"]:
        raise SystemExit(1)
