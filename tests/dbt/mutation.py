"""One breakage of the project's SQL, and the report on many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

UNNOTICED = "NOT NOTICED"


@dataclass(frozen=True)
class Mutation:
    """`old` becomes `new` in one file of the project."""

    file: str
    old: str
    new: str


def report(outcomes: Iterable[tuple[Mutation, str]], total: int) -> int:
    """Print one line for each of `total` mutations as its fate is known; returns how many fates begin with NOT."""
    alive = 0
    for number, (mutation, outcome) in enumerate(outcomes, start=1):
        alive += outcome.startswith("NOT")
        change = " ".join(mutation.new.split()) or f"(removed) {' '.join(mutation.old.split())}"
        print(f"{number:3d}/{total} {outcome}: {Path(mutation.file).name}: {change}", flush=True)
    print(f"{total - alive} of {total} mutations were noticed")
    return alive
