"""The Dagster instance of a home: its configuration file and how a run inside our own process opens it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]

from pipelines.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

CONFIG_FILE = "dagster.yaml"
CODE_LOCATION = "incident_marts"
LOG_BYTES = 5_000_000
LOG_FILES = 3


def instance_config(settings: Settings) -> dict[str, Any]:
    """Content of `dagster.yaml`.

    Pools count whole runs, not steps: with one slot the queue starts one run at a time, and a killed run cannot
    keep a step's slot for ever. Nothing is reported to anybody.
    """
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "concurrency": {"pools": {"default_limit": 1, "granularity": "run"}},
        "python_logs": {
            "python_log_level": "INFO",
            "dagster_handler_config": {
                "handlers": {
                    "file": {
                        "class": "logging.handlers.RotatingFileHandler",
                        "level": "INFO",
                        "formatter": "plain",
                        "filename": str(settings.logs_dir / "dagster.log"),
                        "maxBytes": LOG_BYTES,
                        "backupCount": LOG_FILES,
                        "delay": True,
                    }
                },
                "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            },
        },
    }


def write_instance_config(settings: Settings) -> Path:
    """Makes the instance folder with its `dagster.yaml`, rewritten only when it differs; returns the folder."""
    settings.dagster_dir.mkdir(parents=True, exist_ok=True)
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    path = settings.dagster_dir / CONFIG_FILE
    text = "# Written by incident-marts; a changed file is rewritten by the next run.\n" + yaml.safe_dump(
        instance_config(settings), sort_keys=False
    )
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return settings.dagster_dir


def write_workspace(settings: Settings) -> Path:
    """Makes the workspace file that tells Dagster which code to serve, and returns it."""
    location = {"module_name": "orchestration.definitions", "location_name": CODE_LOCATION}
    path = settings.dagster_dir / "workspace.yaml"
    path.write_text(yaml.safe_dump({"load_from": [{"python_module": location}]}), encoding="utf-8")
    return path


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The persistent instance, for a run inside this process.

    Output capture is left out: it would start two helper processes per run and take over the terminal's streams,
    while everything worth keeping of such a run is in the log files already.
    """
    import dagster as dg
    from dagster._core.instance.ref import InstanceRef

    folder = os.fspath(write_instance_config(settings))
    no_capture = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(folder, overrides={"compute_logs": no_capture}))
