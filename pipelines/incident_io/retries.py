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
LARGEST_EXPONENT = 30  # beyond it every wait is the longest one anyway


class RetryableError(Exception):
    """This attempt failed in a way that may pass.

    `retry_after` is the server's wish in seconds, if any; `is_throttle`: it refused only because of its rate
    limit. `attempts` and `waited` are filled when it is given up: how many there were, and the seconds between.
    """

    def __init__(self, what: str, retry_after: float | None = None, *, is_throttle: bool = False) -> None:
        super().__init__(what)
        self.retry_after = retry_after
        self.is_throttle = is_throttle
        self.attempts = 1
        self.waited = 0.0


@dataclass(frozen=True)
class RetryPolicy:
    """When one request is tried again and when it is given up.

    Failures: `attempts` tries with waits of `first_wait` doubling to `longest_wait` seconds, each shortened by
    jitter; the defaults give up after about a minute of silence. A refusal because of the rate limit is no
    failure, the server works and says when: it is waited out until the waits would add up to `longest_throttled`
    seconds, which other programs that share the limit may well need.

    A server's `Retry-After` is the least wait, with jitter on top, so that requests that were refused together do
    not come back together. A wish beyond `longest_retry_after` ends the attempts, because a run that sleeps for an
    hour looks like one that hangs.
    """

    attempts: int = 7
    first_wait: float = 1.0
    longest_wait: float = 20.0
    longest_retry_after: float = 300.0
    longest_throttled: float = 600.0

    def run(self, attempt: Callable[[], Any], sleep: Callable[[float], None]) -> Any:
        """The result of the first attempt that succeeds; raises the last :class:`RetryableError` otherwise."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._is_worth_another),
            stop=_Patience(self),
            wait=self._wait,
            sleep=sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except RetryableError as error:
            error.attempts, error.waited = retrying.statistics["attempt_number"], retrying.statistics["idle_for"]
            raise

    def given_up(self, error: RetryableError) -> str:
        """How often it was tried, why no more, and what to do, for an error that :meth:`run` raised."""
        times = "1 attempt" if error.attempts == 1 else f"{error.attempts} attempts"
        if (error.retry_after or 0.0) > self.longest_retry_after:
            why = (
                f"the API asked to wait {error.retry_after:.0f} seconds ({error}), more than "
                f"{self.longest_retry_after:.0f}. Run again after that time"
            )
        elif error.is_throttle:
            why = (
                f"the rate limit did not let it through in {error.waited:.0f} seconds ({error}). Something else "
                "uses up the limit of this organisation: look for other programs with a key, or run again later"
            )
        else:
            why = (
                f"the last one failed with: {error}. Check the network and INCIDENT_IO_API_URL, or run again later"
            )
        return f"gave up after {times}, {why}. Nothing of this reading was loaded."

    def _is_worth_another(self, error: BaseException) -> bool:
        return isinstance(error, RetryableError) and (error.retry_after or 0.0) <= self.longest_retry_after

    def _wait(self, state: tenacity.RetryCallState) -> float:
        wait = min(self.longest_wait, self.first_wait * 2 ** min(state.attempt_number - 1, LARGEST_EXPONENT))
        wish = _error(state).retry_after
        if wish is not None:
            return wish + wait * random.random()  # noqa: S311 - spreads retries, guards nothing
        return wait * random.uniform(0.5, 1.0)  # noqa: S311


ONE_ATTEMPT = RetryPolicy(attempts=1, longest_throttled=0.0)


class _Patience:
    """Counts failures and throttled seconds of one request, and says when there were enough of either."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._failures = 0
        self._throttled = 0.0

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        if _error(state).is_throttle:
            self._throttled += state.upcoming_sleep
            return self._throttled >= self._policy.longest_throttled
        self._failures += 1
        return self._failures >= self._policy.attempts


def _error(state: tenacity.RetryCallState) -> RetryableError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, RetryableError)  # nothing else is tried again
    return error


def retry_after_seconds(headers: Mapping[str, str], body: Any, now: datetime | None = None) -> float | None:
    """Seconds to wait as asked by a 429 or 503: `Retry-After` in seconds or as HTTP date, else the body's wish.

    The body's `rate_limit.retry_after` is RFC 3339 in the current contract and was an HTTP date before. Returns
    None when the answer asks for nothing readable; a moment that has passed gives 0.0. A date is compared with the
    server's own clock where the answer tells it (`Date`): the local one may be wrong by more than the wait.
    """
    now = now or _instant(headers.get("Date")) or datetime.now(UTC)
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
            return (_aware(value) - now).total_seconds()
        return float(value) if math.isfinite(value) else None
    return None


def _instant(text: str | None) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(text)) if text else None
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
