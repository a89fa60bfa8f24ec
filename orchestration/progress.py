"""What a run tells whoever watches it: a protocol, and the silent implementation that Dagster's own runs use."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives events of a run; implementations draw bars, print lines or stay silent."""

    def stage(self, title: str) -> None:
        """A stage of the run begins."""

    def rows(self, resource: str, count: int, total: int | None = None) -> None:
        """`count` rows of a resource have been read so far; `total` when the API said how many there are."""

    def nodes(self, done: int, total: int, name: str) -> None:
        """`done` of `total` models, seeds and tests are finished; `name` was the last one."""


class SilentProgress:
    """Says nothing."""

    def stage(self, title: str) -> None:
        """Ignored."""

    def rows(self, resource: str, count: int, total: int | None = None) -> None:
        """Ignored."""

    def nodes(self, done: int, total: int, name: str) -> None:
        """Ignored."""
