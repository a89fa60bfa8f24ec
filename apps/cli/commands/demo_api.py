"""`incident-marts demo-api`: the local stand-in for incident.io, to try things against by hand."""

from __future__ import annotations

from typing import Any

import click

EPILOG = """\b
Examples
  incident-marts demo-api
  incident-marts demo-api --port 8099 --incidents 50000 --no-rate-limits

Another terminal then reads it as if it were the real thing; the two lines to paste are printed at the start.
"""


@click.command("demo-api", epilog=EPILOG)
@click.option("--port", type=click.IntRange(0, 65535), default=8099, show_default=True, help="0 takes a free one.")
@click.option("--incidents", type=click.IntRange(min=0), help="Size of the company's history.")
@click.option("--until", metavar="INSTANT", help="Nothing happens after this RFC 3339 instant (default: now).")
@click.option("--seed", type=int, help="Another number makes another history.")
@click.option("--rate-limits/--no-rate-limits", default=True, show_default=True, help="Answer 429 as the API.")
@click.option("--latency-ms", type=click.FloatRange(min=0), default=0, help="Wait so long before every answer.")
def command(
    port: int, incidents: int | None, until: str | None, seed: int | None, rate_limits: bool, latency_ms: float
) -> None:
    """Serve generated incident.io data on loopback, until interrupted."""
    from apps.demo_api.access import DEFAULT_KEY
    from apps.demo_api.serve import serve
    from pipelines.settings import parse_instant

    def announce(url: str) -> None:
        click.echo(url)
        click.echo(f"export INCIDENT_IO_API_URL={url} INCIDENT_IO_API_KEY={DEFAULT_KEY}", err=True)
        click.echo("incident-marts run", err=True)

    try:
        instant = parse_instant(until) if until else None
    except ValueError as error:
        raise click.UsageError(f"--until: not an instant such as 2026-01-31T09:00:00Z ({error})") from error
    history: dict[str, Any] = {
        name: value for name, value in (("incidents", incidents), ("seed", seed)) if value is not None
    }
    try:
        serve(
            port=port,
            until=instant,
            rate_limits=rate_limits,
            latency_ms=latency_ms,
            announce=announce,
            **history,
        )
    except OSError as error:
        raise click.ClickException(f"cannot listen on port {port}: {error.strerror}; try --port 0") from error
