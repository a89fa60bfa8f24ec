"""Which account a command works with: the connected one, or the demo on loopback when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipelines.settings import Settings

EXPLANATION = """\
No incident.io account is connected, so this is the demo: generated data from a local stand-in for the API,
read over real HTTP and kept apart in {home}.
Run `incident-marts connect` to work with your own account."""


def offline_account(settings: Settings, *, demo: bool) -> Settings:
    """Settings for work that needs no API: the demo's when asked for or when nothing but the demo is there."""
    demo_settings = settings.for_demo(settings.api_url, "")
    if demo:
        return demo_settings
    if demo_settings.home.is_dir() and _was_never_connected(settings):
        click.echo(f"No account is connected; this is the demo in {demo_settings.home}", err=True)
        return demo_settings
    return settings


@contextmanager
def account(settings: Settings, *, demo: bool, demo_by_default: bool) -> Iterator[Settings]:
    """Settings to work with, the demo's while its API runs on loopback.

    The demo is used when asked for, and with `demo_by_default` also when no key is found and this home was never
    connected. Otherwise a missing key is left for the run to refuse.
    """
    if not demo and not (demo_by_default and _was_never_connected(settings)):
        yield settings
        return
    from apps.demo_api.server import DemoServer

    with DemoServer.generated(until=settings.as_of) as server:
        demo_settings = settings.for_demo(server.url, server.api_key)
        if not demo:
            click.echo(EXPLANATION.format(home=demo_settings.home), err=True)
        else:
            click.echo(
                f"Demo: generated data from a local stand-in for the API, in {demo_settings.home}", err=True
            )
        yield demo_settings


def _was_never_connected(settings: Settings) -> bool:
    from pipelines.secrets import find_api_key

    # The file first: commands that only read must not open a keyring, let alone fail because it is locked.
    return not (settings.home / "account.json").exists() and find_api_key(settings) is None
