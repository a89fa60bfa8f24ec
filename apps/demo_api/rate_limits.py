"""Token buckets, the `X-RateLimit-*` headers and the 429.

Every key has a bucket of 1200 refilled over 60 seconds; the incidents list has a second one of 60. A request
takes one token from each bucket that applies, and the emptiest of them is the one the headers describe.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from apps.demo_api.errors import ApiProblem

WINDOW_SECONDS = 60
DEFAULT_LIMIT = 1200
PATH_LIMITS: Mapping[str, int] = {"/v2/incidents": 60}


@dataclass
class TokenBucket:
    """`limit` tokens, refilled evenly over one window."""

    limit: int
    tokens: float
    updated: float

    def refill(self, now: float) -> None:
        """Add what has flowed in since the last look."""
        self.tokens = min(self.limit, self.tokens + (now - self.updated) * self.limit / WINDOW_SECONDS)
        self.updated = now

    def seconds_until(self, tokens: float) -> float:
        """Time until so many tokens are there, zero when they are."""
        return max(0.0, (tokens - self.tokens) * WINDOW_SECONDS / self.limit)


@dataclass
class RateLimiter:
    """Buckets per key and path. `clock` is monotonic seconds and can be replaced by a test."""

    enabled: bool = True
    retry_after: str = "seconds"  # or "date": the form of the Retry-After header
    default_limit: int = DEFAULT_LIMIT
    path_limits: Mapping[str, int] = field(default_factory=lambda: dict(PATH_LIMITS))
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str], TokenBucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.retry_after not in ("seconds", "date"):
            raise ValueError(f"retry_after must be 'seconds' or 'date', not {self.retry_after!r}")

    def take(self, token: str, key_name: str, path: str) -> dict[str, str]:
        """Headers of an allowed request; raises the 429 of a refused one. Refused requests cost nothing."""
        if not self.enabled:
            return {}
        now = self.clock()
        buckets = [self._bucket(token, name, limit, now) for name, limit in self._limits(path)]
        if all(bucket.tokens >= 1 for bucket in buckets):
            for bucket in buckets:
                bucket.tokens -= 1
            return self._headers(buckets)
        wait = max(1, math.ceil(max(bucket.seconds_until(1) for bucket in buckets)))
        retry_at = datetime.fromtimestamp(math.ceil(time.time()) + wait, UTC)
        headers = self._headers(buckets)
        headers["Retry-After"] = (
            str(wait) if self.retry_after == "seconds" else format_datetime(retry_at, usegmt=True)
        )
        raise ApiProblem(
            429,
            "too_many_requests",
            "Too many requests hit the API too quickly; wait for the time given and try again.",
            rate_limit={
                "name": key_name,
                "limit": min(buckets, key=lambda bucket: bucket.tokens).limit,
                "remaining": 0,
                "retry_after": retry_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            headers=headers,
        )

    def _limits(self, path: str) -> list[tuple[str, int]]:
        limits = [("*", self.default_limit)]
        if path in self.path_limits:
            limits.append((path, self.path_limits[path]))
        return limits

    def _bucket(self, token: str, name: str, limit: int, now: float) -> TokenBucket:
        bucket = self._buckets.setdefault((token, name), TokenBucket(limit, limit, now))
        bucket.refill(now)
        return bucket

    @staticmethod
    def _headers(buckets: list[TokenBucket]) -> dict[str, str]:
        binding = min(buckets, key=lambda bucket: bucket.tokens)
        remaining = math.floor(binding.tokens)
        windows = ", ".join(f"{bucket.limit};window={WINDOW_SECONDS}" for bucket in buckets)
        return {
            "X-RateLimit-Limit": f"{binding.limit}, {windows}",
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Used": str(binding.limit - remaining),
            "X-RateLimit-Reset": str(math.ceil(time.time() + binding.seconds_until(binding.limit))),
        }
