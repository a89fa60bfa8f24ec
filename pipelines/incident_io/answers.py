"""What an answer says: its parsed body, the API's own words about a refusal, and why there was no answer."""

from __future__ import annotations

from typing import Any

import orjson
import requests

from pipelines.incident_io.retries import RetryableError


def parsed(content: bytes, selector: str, kind: type) -> dict[str, Any]:
    """The body of a 200: an object whose `selector` is of type `kind`; anything else is a failed attempt."""
    body = json_or_none(content)
    if not isinstance(body, dict) or not isinstance(body.get(selector), kind):
        raise RetryableError(f"HTTP 200 with a body that is not a JSON object holding {selector!r}")
    meta = body.get("pagination_meta")
    if meta is not None and not (isinstance(meta, dict) and isinstance(meta.get("after"), str | int | None)):
        raise RetryableError("HTTP 200 with a pagination_meta that cannot be followed")
    return body


def json_or_none(content: bytes) -> Any:
    """The parsed body, None when it is not JSON."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _errors(body: Any) -> list[dict[str, Any]]:
    errors = body.get("errors") if isinstance(body, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def message(body: Any) -> str:
    """The API's own words, shortened, as ` (code: message)`; empty when it said nothing readable."""
    words = [f"{error.get('code', '')}: {error.get('message', '')}" for error in _errors(body)]
    return f" ({'; '.join(words)[:300]})" if words else ""


def named_scope(body: Any) -> str | None:
    """The right that a 403 says is missing."""
    for error in _errors(body):
        metadata = error.get("metadata")
        if isinstance(metadata, dict) and isinstance(metadata.get("scope"), str):
            return str(metadata["scope"])
    return None


def reason(error: requests.exceptions.RequestException) -> str:
    """A short cause: the library's own text repeats the address and object ids, which help nobody."""
    kinds: list[tuple[type[Exception], str]] = [
        (requests.exceptions.ConnectTimeout, "no connection in time"),
        (requests.exceptions.ReadTimeout, "no answer in time"),
        (requests.exceptions.SSLError, "the TLS certificate was not accepted"),
        (requests.exceptions.ProxyError, "the proxy refused the connection"),
        (requests.exceptions.ConnectionError, "connection failed or broke off"),
        (requests.exceptions.ChunkedEncodingError, "the answer broke off"),
    ]
    return next((text for kind, text in kinds if isinstance(error, kind)), type(error).__name__)
