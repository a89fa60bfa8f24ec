"""The error bodies of the API: `{type, status, request_id, errors[]}` and, on a 429, `rate_limit`."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "resource_forbidden",
    404: "not_found",
    405: "method_not_allowed",
    422: "validation_error",
    429: "too_many_requests",
}

_request_numbers = itertools.count(1)


@dataclass
class ApiProblem(Exception):
    """An answer other than 200, raised anywhere below the request pipeline."""

    status: int
    code: str
    message: str
    field_name: str | None = None
    metadata: dict[str, str] | None = None
    rate_limit: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The HTTP answer with the vendor's error body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.metadata:
            error["metadata"] = self.metadata
        if self.field_name:
            error["source"] = {"field": self.field_name, "pointer": f"/{self.field_name}"}
        body: dict[str, Any] = {
            "type": ERROR_TYPES.get(self.status, "api_error"),
            "status": self.status,
            "request_id": str(uuid.UUID(int=next(_request_numbers))),
            "errors": [error],
        }
        if self.rate_limit:
            body["rate_limit"] = self.rate_limit
        return Response(orjson.dumps(body), self.status, self.headers, "application/json")


def invalid_value(field_name: str, message: str) -> ApiProblem:
    """A 422 for a parameter that was understood but holds a value the API refuses."""
    return ApiProblem(422, "invalid_value", message, field_name)


def is_required(field_name: str) -> ApiProblem:
    """A 422 for a missing parameter."""
    return ApiProblem(422, "is_required", f"{field_name} is a required parameter", field_name)


def not_found(what: str) -> ApiProblem:
    """A 404 for an unknown record, cursor or path."""
    return ApiProblem(404, "resource_not_found", f"{what} could not be found")
