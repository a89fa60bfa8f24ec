"""When to ask again, how long to wait before, and when to give up."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import tenacity

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class RetryableError(Exception):
    """This attempt failed in a way that may pass; `retry_after` is the server's wish in seconds, if any."""

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


@dataclass(frozen=True)
class RetryPolicy:
    """`attempts` tries with waits of `first_wait` doubling to `longest_wait` seconds, each shortened by jitter.

    A server's `Retry-After` is obeyed exactly, up to `longest_retry_after`; a longer wish ends the attempts,
    because a run that sleeps for an hour looks like one that hangs. The defaults give up after about a minute of
    silence.
    """

    attempts: int = 7
    first_wait: float = 1.0
    longest_wait: float = 20.0
    longest_retry_after: float = 300.0

    def run(self, attempt: Callable[[], Any], sleep: Callable[[float], None]) -> Any:
        """The result of the first attempt that succeeds; raises the last :class:`RetryableError` otherwise."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._is_worth_another),
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=self._wait,
            sleep=sleep,
            reraise=True,
        )
        return retrying(attempt)

    def _is_worth_another(self, error: BaseException) -> bool:
        return isinstance(error, RetryableError) and (error.retry_after or 0.0) <= self.longest_retry_after

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RetryableError) and error.retry_after is not None:
            return error.retry_after
        wait = min(self.longest_wait, self.first_wait * 2 ** (state.attempt_number - 1))
        return wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing


def retry_after_seconds(headers: Mapping[str, str], body: Any, now: datetime | None = None) -> float | None:
    """Seconds to wait as asked by a 429 or 503: `Retry-After` in seconds or as HTTP date, else the body's wish.

    The body's `rate_limit.retry_after` is RFC 3339 in the current contract and was an HTTP date before. Returns
    None when the answer asks for nothing readable; a moment that has passed gives 0.0.
    """
    now = now or datetime.now(UTC)
    wishes = [headers.get("Retry-After")]
    if isinstance(body, dict) and isinstance(body.get("rate_limit"), dict):
        wishes.append(body["rate_limit"].get("retry_after"))
    for wish in wishes:
        seconds = _seconds(wish, now)
        if seconds is not None:
            return max(0.0, seconds)
    return None


def _seconds(wish: Any, now: datetime) -> float | None:
    if isinstance(wish, int | float):
        return float(wish)
    if not isinstance(wish, str) or not wish.strip():
        return None
    text = wish.strip()
    for parse in (float, parsedate_to_datetime, datetime.fromisoformat):
        try:
            value = parse(text)
        except (ValueError, TypeError):
            continue
        if isinstance(value, datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return (aware - now).total_seconds()
        return float(value) if math.isfinite(value) else None
    return None
