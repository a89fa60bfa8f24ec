"""What every benchmark runs against: the settings of a run on a demo server, at one instant."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from pipelines.settings import DEMO_SEEDS_DIR

AS_OF = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)


def clean_environ() -> dict[str, str]:
    """The environment of this process without settings of the product."""
    return {name: value for name, value in os.environ.items() if not name.startswith("INCIDENT_")}


def environ_of(home: Path, url: str, key: str) -> dict[str, str]:
    """The settings of a run against a demo server, with the demo's seeds."""
    return clean_environ() | {
        "INCIDENT_MARTS_HOME": str(home),
        "INCIDENT_MARTS_SEEDS": str(DEMO_SEEDS_DIR),
        "INCIDENT_MARTS_AS_OF": AS_OF.isoformat(),
        "INCIDENT_IO_API_URL": url,
        "INCIDENT_IO_API_KEY": key,
    }
