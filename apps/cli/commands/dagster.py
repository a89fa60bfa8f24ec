"""`incident-marts dagster`: Dagster's pages and its daemon, which runs the daily schedule."""

from __future__ import annotations

import click

EPILOG = """\b
Examples
  incident-marts dagster
  incident-marts dagster --port 3070
"""


@click.command("dagster", epilog=EPILOG)
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def command(port: int) -> None:
    """Serve the Dagster pages on loopback and run the daily schedule, until interrupted.

    The schedule is on from the start and can be switched off in the pages. It needs an API key (environment, .env
    or systemd); without one its runs fail and say so.
    """
    import os
    import signal
    import subprocess
    import sys

    from orchestration.instance import write_instance_config, write_workspace
    from pipelines.settings import load_settings

    settings = load_settings()
    folder = write_instance_config(settings)
    environment = {**os.environ, "DAGSTER_HOME": str(folder), "DO_NOT_TRACK": "1"}
    arguments = ["--workspace", str(write_workspace(settings)), "--host", "127.0.0.1", "--port", str(port)]
    click.echo(f"Dagster: http://127.0.0.1:{port} (job incident_marts, schedule daily; Ctrl-C ends it)", err=True)
    process = subprocess.Popen(  # noqa: S603 (our own command, no shell)
        [sys.executable, "-m", "dagster", "dev", *arguments], env=environment
    )
    # Ctrl-C reaches Dagster from the terminal; a service manager's stop reaches only this process.
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            raise SystemExit(process.wait())
        except KeyboardInterrupt:
            continue
