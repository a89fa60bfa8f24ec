"""A run killed while dbt builds, without a word to anybody, is made good by the next one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.end_to_end.product import Finished, Product

SECONDS_UNTIL_DBT = 240
MOST_NODES = 120


def start(product: Product) -> subprocess.Popen[bytes]:
    work = product.home.with_name(f"{product.home.name}-cwd")
    work.mkdir(parents=True)
    return subprocess.Popen(
        [sys.executable, "-m", "apps.cli", "run"],
        env=product.environ,
        cwd=work,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_nodes(product: Product, child: subprocess.Popen[bytes], count: int) -> None:
    """Until dbt has finished so many nodes of the build."""
    log = product.home / "logs" / "dbt.log"
    give_up = time.monotonic() + SECONDS_UNTIL_DBT
    while time.monotonic() < give_up:
        if log.exists() and log.read_text(encoding="utf-8", errors="replace").count(" OK ") >= count:
            return
        assert child.poll() is None, "the run ended before it could be killed"
        time.sleep(0.02)
    raise AssertionError(f"dbt did not finish {count} nodes in {SECONDS_UNTIL_DBT} s")


def test_a_run_killed_while_dbt_builds_is_made_good_by_the_next_one(
    product: Product, first_run: Finished, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10_000)
    count = random.Random(seed).randrange(1, MOST_NODES)
    killed = Product(tmp_path / "killed", product.api_url, product.api_key)
    child = start(killed)
    wait_for_nodes(killed, child, count)
    tree = [*psutil.Process(child.pid).children(recursive=True), psutil.Process(child.pid)]
    for process in tree:
        process.kill()
    assert child.wait() == -signal.SIGKILL
    psutil.wait_procs(tree, timeout=20)
    assert not os.path.lexists(killed.home / "marts.duckdb"), f"seed {seed}: published before the build was done"
    killed.succeed("run")
    assert killed.raw() == product.raw(), f"seed {seed}, killed after {count} nodes"
    assert killed.marts() == product.marts(), f"seed {seed}, killed after {count} nodes"
