"""Entry point of the Dagster code location: everything under `defs/`, picked up by being there."""

from __future__ import annotations

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """All assets, checks, jobs, schedules and resources; needs no network, no key and no warehouse."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
