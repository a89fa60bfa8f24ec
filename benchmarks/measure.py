"""Runs a child process and says what it and everything below it cost."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("dlt", "dbt-core", "dbt-duckdb", "dagster", "duckdb", "pyarrow")


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a whole process tree, its peak resident memory in MiB, and what it printed."""

    wall: float
    cpu: float
    peak_mib: float
    stdout: str

    def __str__(self) -> str:
        return f"wall {self.wall:7.1f} s   cpu {self.cpu:7.1f} s   peak {self.peak_mib:6.0f} MiB"


def measure(argv: Sequence[str], environ: Mapping[str, str], cwd: Path | None = None) -> Cost:
    """Run `argv` to its end; raises RuntimeError with its output when it fails.

    CPU is the kernel's account of the finished tree. Memory is the largest sum of resident sizes over the tree,
    sampled ten times a second, so pages shared between its processes count more than once.
    """
    before = os.times()
    started = time.perf_counter()
    child = subprocess.Popen(
        list(argv), env=dict(environ), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = 0.0
    stop = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not stop.wait(0.1):
            peak = max(peak, _tree_resident_mib(child.pid))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    stdout, stderr = child.communicate()
    wall = time.perf_counter() - started
    stop.set()
    sampler.join()
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)} exited with {child.returncode}\n{stdout[-2000:]}\n{stderr[-4000:]}")
    after = os.times()
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return Cost(wall=wall, cpu=cpu, peak_mib=peak, stdout=stdout)


def _tree_resident_mib(pid: int) -> float:
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
    except psutil.Error:
        return 0.0
    return total / 2**20


def describe_machine() -> str:
    """One paragraph naming the machine and the versions the figures belong to."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, "
        f"Python {platform.python_version()}; {packages}"
    )


def python(*arguments: str) -> list[str]:
    """A command line for this interpreter."""
    return [sys.executable, *arguments]
