"""What can go wrong between us and the API, by what the caller should do about it.

Messages are written for the person who runs the load: which request, what came back, what to do next. They never
hold the key, a header or a body beyond the API's own error message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """Base of everything the client raises; a run that meets one fails with exit code 1."""


class AuthenticationError(ApiError):
    """401: the key is unknown, revoked or malformed. Never retried."""


class MissingScopeError(ApiError):
    """403: the key lacks a right. `scope` is the one the API named, else the one its contract documents."""

    def __init__(self, path: str, scope: str) -> None:
        super().__init__(
            f"GET {path}: the API key may not read this (missing scope {scope}). Give the key a role with {scope} "
            "in incident.io under Settings > API keys, then run again."
        )
        self.path = path
        self.scope = scope


class NotFoundError(ApiError):
    """404: inside a child loop the parent went away; elsewhere the base URL is wrong."""


class InvalidRequestError(ApiError):
    """400, 422 and other refusals: our request is wrong or the API changed. Never retried."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ApiUnreachableError(ApiError):
    """Retries are used up: network, timeouts, rate limits, server errors or unreadable answers."""


class RepeatedCursorError(ApiError):
    """A list leads back to a page already read: going on would never end, stopping would lose the rest."""


class UnexpectedDataError(ApiError):
    """A value has another type than the declared column; loading it would change the table's meaning.

    `what`: table, column, what was sent, which record. The table keeps what it had, the others are not affected.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} The table was not loaded and keeps what it had. The API has changed or this is a defect: "
            "please report it with this message."
        )


class RejectedTablesError(ApiError):
    """Tables that were left as they were, because what the API sent does not fit them; the others are loaded."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("\n".join(reasons[table] for table in sorted(reasons)))


class CancelledError(ApiError):
    """Another resource failed or the run was interrupted; this one stopped early."""


def json_kind(value: Any) -> str:
    """What a parsed JSON value is, in words, without showing it: it may be a private incident's text."""
    kinds = {str: "a text", bool: "true or false", list: "a list", dict: "an object", type(None): "nothing"}
    return kinds.get(type(value), "a number")
