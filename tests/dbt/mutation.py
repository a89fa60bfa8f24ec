"""One breakage of the project's SQL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """`old` becomes `new` in one file of the project."""

    file: str
    old: str
    new: str
