"""Pacing: token buckets as deep as a quota, learned from the answers, spent in the order of priority.

The API allows 1,200 requests a minute for a key and, of those, 60 a minute on the incident list; both are token
buckets without window boundaries, so a burst up to the quota is fine and then requests flow at quota / 60 per
second. Every answer lists the quotas that apply in `X-RateLimit-Limit`, the binding one first, and what is left of
that one in `X-RateLimit-Remaining`; other keys of the organisation can use the same quota, so "left" wins over our
own count. A server that announces no limit is not paced: a 429 with `Retry-After` is then the only brake. It holds
up every request of its path, not only the one that was refused.
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
import threading
import time
from collections.abc import Callable, Mapping

DEFAULT_PER_MINUTE = 1200
SLOW_PATHS = {"/v2/incidents": 60}
SHORTEST_NAP, LONGEST_NAP = 0.001, 0.25
_QUOTA = re.compile(r"(\d+)(?:\s*;\s*window\s*=\s*(\d+))?")

Clock = Callable[[], float]
Pause = Callable[[float], None]
Quota = tuple[int, float]


class TokenBucket:
    """`capacity` tokens, refilled evenly over `window` seconds. Thread-safe."""

    def __init__(self, capacity: int, window: float = 60.0, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._capacity = float(capacity)
        self._rate = capacity / window
        self._tokens = float(capacity)
        self._seen_at = clock()
        self._held_until = -math.inf
        self._unlimited = False
        self._numbers = itertools.count()
        self._waiting: list[tuple[int, int]] = []

    def take(self, pause: Pause, priority: int = 0) -> None:
        """Take one token, waiting in `pause` until there is one; of those who wait the lowest `priority` goes
        first, among equals who came first. What `pause` raises ends the wait."""
        with self._lock:
            ticket = (priority, next(self._numbers))
            bisect.insort(self._waiting, ticket)
        try:
            while (seconds := self._seconds_left(ticket)) > 0:
                # A nap, not the whole wait: a request that goes first may come or give up meanwhile.
                pause(min(max(seconds, SHORTEST_NAP), LONGEST_NAP))
        finally:
            with self._lock:
                self._waiting.remove(ticket)

    def _seconds_left(self, ticket: tuple[int, int]) -> float:
        """Zero when the ticket's token was taken just now."""
        with self._lock:
            now = self._refill()
            if now < self._held_until:
                return self._held_until - now
            if self._unlimited:
                return 0.0
            ahead = self._waiting.index(ticket)
            if self._tokens >= ahead + 1:
                self._tokens -= 1
                return 0.0
            return (ahead + 1 - self._tokens) / self._rate

    def learn(self, capacity: int, window: float, remaining: int | None = None) -> None:
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

    def hold(self, seconds: float) -> None:
        """The server refused a request and wants nobody to ask for so long."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def requests_a_second(self) -> float:
        """How many requests a second the quota allows in the long run; infinite without a quota."""
        with self._lock:
            return math.inf if self._unlimited else self._rate

    @property
    def quota(self) -> Quota:
        """Requests and the seconds they are for."""
        with self._lock:
            return round(self._capacity), self._capacity / self._rate

    def _refill(self) -> float:
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._seen_at) * self._rate)
        self._seen_at = now
        return now


class RateLimits:
    """The buckets of one client: one for the key, and one for each path that has a lower quota of its own."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._key = TokenBucket(DEFAULT_PER_MINUTE, clock=clock)
        self._paths = {path: TokenBucket(quota, clock=clock) for path, quota in SLOW_PATHS.items()}

    def take(self, path: str, pause: Pause, priority: int = 0) -> None:
        """Wait until a request of this path may be sent."""
        for bucket in self._buckets(path):
            bucket.take(pause, priority)

    def observe(self, path: str, headers: Mapping[str, str]) -> None:
        """Update the buckets of a path from the headers of a successful answer."""
        quotas = parse_limits(headers.get("X-RateLimit-Limit"))
        if not quotas:
            for bucket in self._buckets(path):
                bucket.lift()
            return
        text = (headers.get("X-RateLimit-Remaining") or "").strip()
        remaining = int(text) if text.isdigit() else None
        binding, all_quotas = quotas[0], set(quotas)
        widest = max(all_quotas, key=lambda quota: quota[0] / quota[1])
        if len(all_quotas) > 1 or widest == self._key.quota:
            self._key.learn(*widest, remaining if binding == widest else None)
            all_quotas.remove(widest)
        for quota in all_quotas:
            self._path(path, quota).learn(*quota, remaining if quota == binding else None)

    def hold(self, path: str, seconds: float) -> None:
        """A request of this path was refused for asking too often."""
        self._buckets(path)[0].hold(seconds)

    def requests_a_second(self, path: str) -> float:
        """The long-run quota of a path; infinite where the server announces none."""
        return min(bucket.requests_a_second() for bucket in self._buckets(path))

    def _buckets(self, path: str) -> list[TokenBucket]:
        with self._lock:
            return [*([self._paths[path]] if path in self._paths else []), self._key]

    def _path(self, path: str, quota: Quota) -> TokenBucket:
        with self._lock:
            if path not in self._paths:
                self._paths[path] = TokenBucket(*quota, clock=self._clock)
                # The request that brought the news was one of them.
                self._paths[path].take(lambda seconds: None)
            return self._paths[path]


def parse_limits(header: str | None) -> list[Quota]:
    """(requests, seconds) of every quota in `60, 1200;window=60, 60;window=60`, the binding one first.

    The first number repeats one of those that follow with their windows; alone it counts for a minute. Empty when
    the header is absent or unreadable.
    """
    matches = [_QUOTA.fullmatch(part.strip()) for part in (header or "").split(",")]
    if None in matches or any(int(match[1]) == 0 for match in matches if match):
        return []
    first, *rest = [(int(match[1]), float(match[2]) if match[2] else None) for match in matches if match]
    windows = {quota: window for quota, window in rest if window}
    binding = (first[0], first[1] or windows.get(first[0]) or 60.0)
    return list(dict.fromkeys([binding, *((quota, window or 60.0) for quota, window in rest)]))
