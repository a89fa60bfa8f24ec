"""Random numbers of their own for everything that surrounds an incident.

What an incident itself is drawn from must never be touched: a new kind of record that drew from the same stream
would give every incident another course. So each kind has its own stream, made of the seed, the incident's index
and the kind's name; and since most incidents have few of them, a cheap share decides before a stream is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from random import Random


class Draws:
    """The draws of one kind of record for one incident."""

    def __init__(self, seed: int, index: int, kind: str) -> None:
        self._digest = blake2b(f"{seed}/{index}/{kind}".encode(), digest_size=16).digest()

    def share(self) -> float:
        """A number from 0 to 1, independent of the stream."""
        return int.from_bytes(self._digest[:4], "big") / 2**32

    def count(self, weights: Sequence[int]) -> int:
        """How many there are: 0, 1, 2 ... with these weights."""
        rest = self.share() * sum(weights)
        for number, weight in enumerate(weights):
            if rest < weight:
                return number
            rest -= weight
        return len(weights) - 1

    def stream(self) -> Random:
        """The stream, from its beginning."""
        return Random(int.from_bytes(self._digest[4:], "big"))
