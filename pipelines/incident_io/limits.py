"""Pacing: one token bucket per path, as deep as a minute's quota, learned from the answers.

The API allows 1,200 requests a minute per key and 60 a minute on the incident list; both are token buckets
without window boundaries, so a burst up to the quota is fine and then requests flow at quota / 60 per second.
Every answer names its quota in `X-RateLimit-Limit` and what is left in `X-RateLimit-Remaining`; other keys of
the organisation can use the same quota, so "left" wins over our own count. A server that announces no limit is
not paced: a 429 with `Retry-After` is then the only brake, and the client obeys it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping

DEFAULT_PER_MINUTE = 1200
SLOW_PATHS = {"/v2/incidents": 60}


class TokenBucket:
    """`capacity` tokens, refilled evenly over `window` seconds. Thread-safe."""

    def __init__(self, capacity: int, window: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._capacity = float(capacity)
        self._rate = capacity / window
        self._tokens = float(capacity)
        self._seen_at = clock()
        self._unlimited = False

    def reserve(self) -> float:
        """Take one token and say how many seconds to wait before using it (0.0 when there was one)."""
        with self._lock:
            if self._unlimited:
                return 0.0
            self._refill()
            self._tokens -= 1
            return max(0.0, -self._tokens / self._rate)

    def learn(self, capacity: int, window: float, remaining: int | None) -> None:
        """Adopt the announced quota, and the announced rest when it is lower than our own count."""
        with self._lock:
            self._unlimited = False
            self._refill()
            spent = self._capacity - self._tokens
            self._capacity, self._rate = float(capacity), capacity / window
            self._tokens = capacity - spent
            if remaining is not None:
                self._tokens = min(self._tokens, float(remaining))

    def lift(self) -> None:
        """The server announces no limit: stop pacing."""
        with self._lock:
            self._unlimited = True

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._seen_at) * self._rate)
        self._seen_at = now


class RateLimits:
    """The buckets of one client, by path."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, TokenBucket] = {}

    def bucket(self, path: str) -> TokenBucket:
        """The bucket of a path, made with the documented quota on first use."""
        with self._lock:
            if path not in self._buckets:
                per_minute = SLOW_PATHS.get(path, DEFAULT_PER_MINUTE)
                self._buckets[path] = TokenBucket(per_minute, clock=self._clock)
            return self._buckets[path]

    def observe(self, path: str, headers: Mapping[str, str]) -> None:
        """Update the bucket of a path from the headers of a successful answer."""
        announced = parse_limit(headers.get("X-RateLimit-Limit"))
        if announced is None:
            self.bucket(path).lift()
            return
        remaining = (headers.get("X-RateLimit-Remaining") or "").strip()
        self.bucket(path).learn(*announced, int(remaining) if remaining.isdigit() else None)


def parse_limit(header: str | None) -> tuple[int, float] | None:
    """(requests, seconds) out of `60, 1200;window=60, 60;window=60`: the binding quota comes first.

    Returns None when the header is absent or unreadable.
    """
    if not header:
        return None
    first, *rest = [part.strip() for part in header.split(",")]
    match = re.fullmatch(r"(\d+)(?:\s*;\s*window\s*=\s*(\d+))?", first)
    if not match or int(match[1]) == 0:
        return None
    quota = int(match[1])
    if match[2]:
        return quota, float(match[2]) or 60.0
    for part in rest:
        windowed = re.fullmatch(r"(\d+)\s*;\s*window\s*=\s*(\d+)", part)
        if windowed and int(windowed[1]) == quota:
            return quota, float(windowed[2]) or 60.0
    return quota, 60.0
