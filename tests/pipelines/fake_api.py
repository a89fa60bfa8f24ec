"""A small incident.io on loopback whose faults can be scripted; the demo API is the faithful one."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.pipelines.fake_filters import left_by_filters, refused

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
    "/v3/actions": "actions",
    "/v1/incident_attachments": "incident_attachments",
    "/v2/incident_participants": "incident_participants",
    "/v2/alerts": "alerts",
    "/v2/incident_alerts": "incident_alerts",
    "/v2/escalations": "escalations",
    "/v2/schedules": "schedules",
    "/v1/incident_relationships": "incident_relationships",
}
NOT_PAGINATED = {
    "custom_fields",
    "catalog_types",
    "severities",
    "incident_statuses",
    "incident_types",
    "incident_roles",
    "incident_timestamps",
    "incident_attachments",
    "incident_participants",
}
LARGE_PAGES = {"users", "schedules"}
WITH_TOTAL = {"incidents", "schedules"}
PER_INCIDENT = {"incident_attachments", "incident_participants", "incident_relationships"}
UNREAD = {"incident_relationships"}
TABLES = sorted(set(ENDPOINTS.values()) - UNREAD)


class Answer:
    """A scripted answer: status, body (bytes or JSON) and headers, or a broken connection.

    `drop`: closed without an answer. `cut`: only so many bytes of the body are sent. `stall`: seconds of silence
    before the answer, or where the body is cut. `resets`: a connection that breaks does so with a reset.
    """

    def __init__(
        self, status: int = 200, body: Any = b"", headers: dict[str, str] | None = None, drop: bool = False
    ):
        self.status, self.headers, self.drop = status, headers or {}, drop
        self.cut: int | None = None
        self.stall = 0.0
        self.resets = False
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


class _Server(ThreadingHTTPServer):
    # Many walkers connect at once; of those beyond the queue some would wait for a second.
    request_queue_size = 128


class FakeApi:
    """Holds `rows` per list, `faults` (answers to give first, per path) and the `requests` seen.

    Keys of a row that begin with an underscore are for the filters alone and are not answered: `_mode`, the mode
    of the incident of a follow-up or action, `_incident_id`, the incident that has a relationship or participant,
    and `_list`, in which list of the participants somebody is.

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
        self.headers: dict[str, str] = {}
        self.dashboard_url = DASHBOARD
        self._server = _Server(("127.0.0.1", 0), _handler(self))
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
        name = ENDPOINTS.get(path, "")
        if not name or (name in PER_INCIDENT and self._is_unknown(params.get("incident_id"))):
            return error(404, "resource_not_found")
        if problem := refused(name, params):
            return error(*problem)
        return self._page(name, left_by_filters(name, self.rows[name], params), params)

    def _is_unknown(self, incident_id: list[str] | None) -> bool:
        return incident_id is not None and all(row["id"] != incident_id[0] for row in self.rows["incidents"])

    def _page(self, name: str, rows: list[dict[str, Any]], params: dict[str, list[str]]) -> Answer:
        if name == "incident_participants":
            lists = {key: _shown([row for row in rows if row["_list"] == key]) for key in ("active", "passive")}
            return Answer(200, {name: lists})
        if name in NOT_PAGINATED:
            return Answer(200, {name: _shown(rows)})
        most = 10_000 if name in LARGE_PAGES else self.most_per_page
        size = min(int(params.get("page_size", ["25"])[0]), most)
        first = 0
        if after := params.get("after"):
            first = next(n for n, row in enumerate(rows) if row["id"] == after[0]) + 1
        page = rows[first : first + size]
        meta: dict[str, Any] = {"page_size": size}
        if page and (first + size < len(rows) or self.after_on_last_page):
            meta["after"] = page[-1]["id"]
        if name in WITH_TOTAL:
            meta["total_record_count"] = len(rows)
        return Answer(200, {name: _shown(page), "pagination_meta": meta})


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key[0] != "_"} for row in rows]


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answer = api.answer(parts.path, parse_qs(parts.query), self.headers.get("Authorization"))
            if answer.drop:
                self.break_off(answer)
                return
            if answer.cut is None:
                time.sleep(answer.stall)
            self.send_response(answer.status)
            for name, value in {**api.headers, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self.wfile.flush()
                time.sleep(answer.stall)
                self.break_off(answer)

        def break_off(self, answer: Answer) -> None:
            self.close_connection = True
            if answer.resets:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def finish(self) -> None:
            with contextlib.suppress(ValueError, OSError):
                super().finish()

    return Handler
