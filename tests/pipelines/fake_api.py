"""A small incident.io on loopback whose faults can be scripted; the demo API is the faithful one."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "inc_canary_4f1d2c9b7a"
DASHBOARD = "https://app.incident.io/fake-org"
ENDPOINTS = {
    "/v2/incidents": "incidents",
    "/v2/incident_updates": "incident_updates",
    "/v3/follow_ups": "follow_ups",
    "/v2/custom_fields": "custom_fields",
    "/v1/custom_field_options": "custom_field_options",
    "/v3/catalog_types": "catalog_types",
    "/v3/catalog_entries": "catalog_entries",
    "/v3/teams": "teams",
    "/v2/users": "users",
    "/v1/severities": "severities",
    "/v1/incident_statuses": "incident_statuses",
    "/v1/incident_types": "incident_types",
    "/v2/incident_roles": "incident_roles",
    "/v2/incident_timestamps": "incident_timestamps",
}
NOT_PAGINATED = {
    "custom_fields",
    "catalog_types",
    "severities",
    "incident_statuses",
    "incident_types",
    "incident_roles",
    "incident_timestamps",
}
TABLES = sorted(ENDPOINTS.values())


class Answer:
    """A scripted answer: status, body (bytes or JSON) and headers, or a broken connection."""

    def __init__(
        self, status: int = 200, body: Any = b"", headers: dict[str, str] | None = None, drop: bool = False
    ):
        self.status, self.headers, self.drop = status, headers or {}, drop
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


def error(status: int, code: str, message: str = "no", **metadata: str) -> Answer:
    return Answer(
        status,
        {
            "type": "x",
            "status": status,
            "request_id": "r",
            "errors": [{"code": code, "message": message, "metadata": metadata}],
        },
    )


class FakeApi:
    """Holds `rows` per list, `faults` (answers to give first, per path) and the `requests` seen.

    `before_answer(path, params)` is called before each answer, to change the rows between two pages.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.faults: dict[str, deque[Answer]] = defaultdict(deque)
        self.always: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, list[str]]]] = []
        self.before_answer: Callable[[str, dict[str, list[str]]], None] | None = None
        self.most_per_page = 250
        self.after_on_last_page = False
        self.dashboard_url = DASHBOARD
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def params(self, path: str) -> list[dict[str, list[str]]]:
        return [params for seen, params in self.requests if seen == path]

    def __enter__(self) -> FakeApi:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, params: dict[str, list[str]], authorization: str | None) -> Answer:
        self.requests.append((path, params))
        if self.before_answer:
            self.before_answer(path, params)
        if self.faults[path] or path in self.always:
            return self.faults[path].popleft() if self.faults[path] else self.always[path]
        if authorization != f"Bearer {KEY}":
            return error(401, "access_token_invalid", f"invalid token {authorization}")
        if path == "/v1/identity":
            return Answer(200, {"identity": {"name": "test", "roles": [], "dashboard_url": self.dashboard_url}})
        if path not in ENDPOINTS:
            return error(404, "resource_not_found")
        name = ENDPOINTS[path]
        rows = self._filtered(name, params)
        if name in NOT_PAGINATED:
            return Answer(200, {name: rows})
        return self._page(name, rows, params)

    def _filtered(self, name: str, params: dict[str, list[str]]) -> list[dict[str, Any]]:
        rows = self.rows[name]
        if name == "incidents":
            rows = _incidents(rows, params)
        if name == "follow_ups":
            mode = params.get("incident_mode", ["standard"])[0]
            rows = [{k: v for k, v in row.items() if k != "_mode"} for row in rows if row.get("_mode") == mode]
            if since := params.get("updated_at[gte]"):
                rows = [row for row in rows if _moment(row["updated_at"]) >= _moment(since[0])]
        if name == "incident_updates" and "incident_id" in params:
            rows = [row for row in rows if row["incident_id"] == params["incident_id"][0]]
        for parent in ("custom_field_id", "catalog_type_id"):
            if name in ("custom_field_options", "catalog_entries") and parent in params:
                rows = [row for row in rows if row[parent] == params[parent][0]]
        if name == "users" and params.get("include_inactive") != ["true"]:
            rows = [row for row in rows if row.get("is_active", True)]
        return rows

    def _page(self, name: str, rows: list[dict[str, Any]], params: dict[str, list[str]]) -> Answer:
        size = min(int(params.get("page_size", ["25"])[0]), self.most_per_page if name != "users" else 10_000)
        first = 0
        if after := params.get("after"):
            first = next(n for n, row in enumerate(rows) if row["id"] == after[0]) + 1
        page = rows[first : first + size]
        meta: dict[str, Any] = {"page_size": size}
        if page and (first + size < len(rows) or self.after_on_last_page):
            meta["after"] = page[-1]["id"]
        if name == "incidents":
            meta["total_record_count"] = len(rows)
        return Answer(200, {name: page, "pagination_meta": meta})


def _incidents(rows: list[dict[str, Any]], params: dict[str, list[str]]) -> list[dict[str, Any]]:
    modes = params.get("mode[one_of]", ["standard", "retrospective"])
    first, last = params.get("created_at[date_range]", ["0~9"])[0].split("~")
    first, last = params.get("created_at[gte]", [first])[0], params.get("created_at[lte]", [last])[0]
    rows = [
        row for row in rows if row.get("mode", "standard") in modes and first <= row["created_at"][:10] <= last
    ]
    if since := params.get("updated_at[gte]"):
        rows = [row for row in rows if row["updated_at"][:10] >= since[0]]
    if wanted := params.get("status_category[one_of]"):
        rows = [row for row in rows if _category(row) in wanted]
    if unwanted := params.get("status_category[not_in]"):
        rows = [row for row in rows if _category(row) not in unwanted]
    return rows


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _category(row: dict[str, Any]) -> str:
    return row.get("incident_status", {}).get("category", "live")


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answer = api.answer(parts.path, parse_qs(parts.query), self.headers.get("Authorization"))
            if answer.drop:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def finish(self) -> None:
            with contextlib.suppress(ValueError, OSError):
                super().finish()

    return Handler
