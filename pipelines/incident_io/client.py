"""HTTP: one GET at a time, authenticated, paced, retried within bounds, parsed and checked.

The key lives in this object and in the request header, nowhere else: not in the loading library's configuration,
not in messages, not in `repr`. Redirects are not followed, so the key cannot travel to another host, and
`.netrc` is not consulted, so nothing can replace it.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections import Counter
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from pipelines.incident_io.answers import json_or_none, message, named_scope, parsed, reason
from pipelines.incident_io.errors import (
    ApiError,
    ApiUnreachableError,
    AuthenticationError,
    CancelledError,
    InvalidRequestError,
    MissingScopeError,
    NotFoundError,
)
from pipelines.incident_io.limits import RateLimits
from pipelines.incident_io.retries import RETRIED_STATUSES, RetryableError, RetryPolicy, retry_after_seconds

Params = list[tuple[str, str]]
IDENTITY_ATTEMPTS, IDENTITY_THROTTLED = 4, 60.0
# Parameters that tell requests of one list apart; the others are the same for all.
TELLING_PARAMS = re.compile(r"after|.*_id|incident_mode")
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Bearer(AuthBase):
    """Sets the header itself: a session without `auth` would let `.netrc` overwrite it."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key

    def redact(self, text: str) -> str:
        """The text without the key, should a server repeat it."""
        return text.replace(self._api_key, "[API key]")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request


class Client:
    """A connection to one incident.io account. Safe to share between threads (a session for each)."""

    def __init__(
        self,
        api_url: str,
        api_key: str,
        *,
        retry: RetryPolicy | None = None,
        limits: RateLimits | None = None,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self._auth = _Bearer(_checked_key(api_key))
        self._retry = retry or RetryPolicy()
        self._limits = limits or RateLimits()
        self._timeout = timeout
        self._local = threading.local()
        self._stop = threading.Event()
        self._count_lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}
        self._identity: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Client({self.api_url!r})"

    @property
    def count_requests(self) -> int:
        """Requests sent so far, retries included."""
        return self._requests.total()

    def requests_of(self, path: str) -> int:
        """How many of them asked for this path."""
        return self._requests[path]

    def cancel(self) -> None:
        """Make every waiting or later request raise :class:`CancelledError`: the run has failed elsewhere."""
        self._stop.set()

    def identity(self) -> dict[str, Any]:
        """The account and rights of the key (`name`, `roles`, `dashboard_url`, ...); needs no scope, asked once.

        The first request of a run: a person waits for it, so it gives up sooner than those of a load under way.
        """
        if self._identity is not None:
            return dict(self._identity)
        retry = replace(
            self._retry,
            attempts=min(self._retry.attempts, IDENTITY_ATTEMPTS),
            longest_throttled=min(self._retry.longest_throttled, IDENTITY_THROTTLED),
        )
        self._identity = dict(self.get("/v1/identity", "identity", kind=dict, retry=retry)["identity"])
        return dict(self._identity)

    def useful_walkers(self, path: str) -> float:
        """How many requests of a path must be under way at once for its quota to be used in full.

        Infinite where the server announces no quota. From the time that the last answers took (Little's law).
        """
        rate = self._limits.requests_a_second(path)
        return rate if math.isinf(rate) else rate * self._seconds.get(path, 0.0)

    def get(
        self,
        path: str,
        selector: str,
        params: Params | None = None,
        *,
        scope: str = "",
        kind: type = list,
        retry: RetryPolicy | None = None,
        priority: int = 1,
    ) -> dict[str, Any]:
        """The parsed answer of `GET path`: a JSON object whose `selector` is a value of type `kind`.

        Raises the errors of :mod:`pipelines.incident_io.errors`. An answer of 200 that is not such an object
        counts as a failed attempt: read as an empty page it would silently end a list. Where the quota is short
        requests of a lower `priority` go first.
        """
        policy = retry or self._retry
        try:
            body = policy.run(
                lambda: self._attempt(path, selector, params or [], scope, kind=kind, priority=priority),
                sleep=self._sleep,
            )
        except RetryableError as error:
            told = "&".join(f"{name}={value}" for name, value in params or [] if TELLING_PARAMS.fullmatch(name))
            request = f"GET {self.api_url}{path}{'?' if told else ''}{told}"
            raise ApiUnreachableError(f"{request}: {policy.given_up(error)}") from None
        result: dict[str, Any] = body
        return result

    def _attempt(
        self, path: str, selector: str, params: Params, scope: str, *, kind: type, priority: int
    ) -> dict[str, Any]:
        self._sleep(0)
        self._limits.take(path, self._sleep, priority)
        with self._count_lock:
            self._requests[path] += 1
        started = time.monotonic()
        try:
            response = self._session().get(
                self.api_url + path, params=params, timeout=self._timeout, allow_redirects=False
            )
        except requests.exceptions.RequestException as error:
            raise RetryableError(reason(error)) from None
        is_ok, is_throttle = (
            response.status_code == HTTPStatus.OK,
            response.status_code == HTTPStatus.TOO_MANY_REQUESTS,
        )
        # A refusal that announces nothing says nothing about the limit; any other answer without one means none.
        if is_ok or (is_throttle and "X-RateLimit-Limit" in response.headers):
            self._limits.observe(path, response.headers)
        if is_ok:
            self._note_seconds(path, time.monotonic() - started)
            return parsed(response.content, selector, kind)
        raise self._refusal(response, path, scope)

    def _note_seconds(self, path: str, seconds: float) -> None:
        with self._count_lock:
            before = self._seconds.get(path, seconds)
            self._seconds[path] = before + (seconds - before) / 4

    def _refusal(self, response: requests.Response, path: str, scope: str) -> Exception:
        """The exception that fits a status other than 200."""
        status = response.status_code
        body = json_or_none(response.content)
        said = self._auth.redact(message(body))
        if status in RETRIED_STATUSES:
            wish = (
                retry_after_seconds(response.headers, body)
                if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
                else None
            )
            is_throttle = status == HTTPStatus.TOO_MANY_REQUESTS
            if is_throttle and wish:
                self._limits.hold(path, min(wish, self._retry.longest_retry_after))
            return RetryableError(f"HTTP {status}{said}", wish, is_throttle=is_throttle)
        if status == HTTPStatus.UNAUTHORIZED:
            return AuthenticationError(
                f"{self.api_url} does not accept the API key{said}. Make a new one in incident.io under "
                "Settings > API keys, then run `incident-marts connect` (or set INCIDENT_IO_API_KEY)."
            )
        if status == HTTPStatus.FORBIDDEN:
            return MissingScopeError(path, named_scope(body) or scope or "not named by the API")
        if status == HTTPStatus.NOT_FOUND:
            return NotFoundError(f"GET {self.api_url}{path}: not found{said}. Check INCIDENT_IO_API_URL.")
        if response.is_redirect:
            target = urlsplit(response.headers.get("Location", "")).netloc or "another address"
            return ApiError(
                f"GET {self.api_url}{path}: redirected (HTTP {status}) to {target}, which is not followed "
                "because the key would travel with it. Set INCIDENT_IO_API_URL to the final address."
            )
        return InvalidRequestError(f"GET {self.api_url}{path}: refused with HTTP {status}{said}.", status)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.auth = self._auth
            session.headers["Accept"] = "application/json"
            session.headers["User-Agent"] = "incident-marts"
            # A proxy from the environment must not see what is meant to stay on this machine.
            session.trust_env = urlsplit(self.api_url).hostname not in LOOPBACK
            self._local.session = session
        return session

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds) if seconds > 0 else self._stop.is_set():
            raise CancelledError("stopped because another part of the run failed")


def _checked_key(api_key: str) -> str:
    """The key without surrounding blanks; a control or non-ASCII character would break the header and echo it."""
    key = api_key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise AuthenticationError(
            "The API key is empty or holds characters no key has. Run `incident-marts connect` (or set "
            "INCIDENT_IO_API_KEY) with the key as shown once in incident.io under Settings > API keys."
        )
    return key
