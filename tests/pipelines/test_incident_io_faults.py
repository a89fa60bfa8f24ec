"""Faults at random points of random runs; `disturbed_runs.py` says what must hold. A failure prints its seed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pipelines.incident_io.endpoints import ENDPOINTS
from tests.pipelines.disturbed_runs import disturb

QUICK_SEEDS = range(24)
LONG_SEEDS = range(1000, 1300)
TABLES_AT_ONCE = 5


@pytest.mark.parametrize("seed", QUICK_SEEDS)
def test_after_any_fault_a_clean_run_gives_an_undisturbed_warehouse(seed: int, tmp_path: Path) -> None:
    """Few tables of each seed: dlt's work grows with the tables, and in the end all of them had their turn."""
    chance = random.Random(f"tables {seed}")
    others = [endpoint.name for endpoint in ENDPOINTS if endpoint.name != "incidents"]
    outcome = disturb(seed, tmp_path, ["incidents", *chance.sample(others, TABLES_AT_ONCE - 1)])
    print(seed, outcome)


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_after_any_fault_a_clean_run_gives_an_undisturbed_warehouse_long(seed: int, tmp_path: Path) -> None:
    print(seed, disturb(seed, tmp_path))
