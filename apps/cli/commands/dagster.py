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
    import subprocess
    import sys

    from orchestration.instance import write_instance_config
    from pipelines.settings import load_settings

    settings = load_settings()
    folder = write_instance_config(settings)
    environment = {**os.environ, "DAGSTER_HOME": str(folder), "DO_NOT_TRACK": "1"}
    click.echo(f"Dagster: http://127.0.0.1:{port} (job incident_marts, schedule daily; Ctrl-C ends it)", err=True)
    arguments = ["dev", "--host", "127.0.0.1", "--port", str(port), "--module-name", "orchestration.definitions"]
    process = subprocess.Popen([sys.executable, "-m", "dagster", *arguments], env=environment)  # noqa: S603
    try:
        raise SystemExit(process.wait())
    except KeyboardInterrupt:
        # The terminal has sent the signal to Dagster as well; it ends its own children.
        process.wait()
        raise
