"""The ASGI application: one pipeline in front of every endpoint, one function that answers a page.

Order for a request: latency, interceptor, key, rate limit, scope, parameters, page, log. The interceptor is the
seam for injected faults: it sees the request first and may answer in place of the API.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apps.demo_api.access import DEFAULT_KEY, Key, authenticate, require_scope
from apps.demo_api.account import Account, CompiledAccount, compile_account
from apps.demo_api.endpoints import ENDPOINTS, Endpoint, Paging
from apps.demo_api.errors import ApiProblem, invalid_value, is_required, not_found
from apps.demo_api.query import Query, single
from apps.demo_api.rate_limits import RateLimiter
from apps.demo_api.request_log import LoggedRequest, RequestLog

DEFAULT_PAGE_SIZE = 25
SMALLEST_REMEMBERED = 50  # a shorter selection is most likely one page and costs little to find again
Interceptor = Callable[[Request], Awaitable[Response | None]]
Answer = Callable[[Query, Key], bytes]


class DemoApi:
    """State and behaviour of one served account. `serve_account` swaps the account between requests."""

    def __init__(
        self,
        account: Account,
        *,
        keys: Mapping[str, Key] | None = None,
        rate_limiter: RateLimiter | None = None,
        latency_ms: float = 0,
        last_page_cursor: bool = False,
        newest_first: bool = False,
        interceptor: Interceptor | None = None,
    ) -> None:
        self.keys = dict(keys) if keys is not None else {DEFAULT_KEY: Key()}
        self.rate_limiter = rate_limiter or RateLimiter(enabled=False)
        self.latency_ms = latency_ms
        self.last_page_cursor = last_page_cursor
        self.newest_first = newest_first
        self.interceptor = interceptor
        self.requests = RequestLog()
        self.account: CompiledAccount
        self.serve_account(account)

    def serve_account(self, account: Account) -> None:
        """Answer from another account from now on."""
        self.account = compile_account(account)

    async def handle(self, request: Request, scope: str | None, answer: Answer) -> Response:
        """The pipeline of one request."""
        query = tuple(request.query_params.multi_items())
        key_name = None
        headers: dict[str, str] = {}
        try:
            if self.latency_ms:
                await asyncio.sleep(self.latency_ms / 1000)
            response = await self.interceptor(request) if self.interceptor else None
            if response is None:
                token, key = authenticate(request.headers.get("authorization"), self.keys)
                key_name = key.name
                headers = self.rate_limiter.take(token, key.name, request.url.path)
                require_scope(key, scope)
                response = Response(answer(query, key), media_type="application/json")
        except ApiProblem as problem:
            problem.headers = headers | problem.headers
            response = problem.response()
        else:
            response.headers.update(headers)
        size = int(response.headers.get("content-length", 0))
        self.requests.add(
            LoggedRequest(request.method, request.url.path, query, response.status_code, key_name, size)
        )
        return response

    def identity(self, query: Query, key: Key) -> bytes:
        """`/v1/identity`: the key's name and rights; needs no scope."""
        identity = {
            "name": key.name,
            "roles": key.roles,
            "team_roles": [],
            "teams": [],
            "dashboard_url": self.account.dashboard_url,
        }
        return orjson.dumps({"identity": identity})

    def incident(self, identifier: str, key: Key) -> bytes:
        """`/v2/incidents/{id}`: by id or by the number of the reference."""
        table = self.account.tables["incidents"]
        position = table.position_of(identifier)
        if position is None and identifier.isdecimal():
            position = self._position_of_reference(f"INC-{int(identifier)}")
        if position is None or (table.columns["private"][position] and not key.sees_private):
            raise not_found("The incident")
        return b'{"incident":' + table.read([position])[0] + b"}"

    def _position_of_reference(self, reference: str) -> int | None:
        table = self.account.tables["incidents"]
        return next((p for p in range(len(table)) if table.load(p)["reference"] == reference), None)

    def page(self, endpoint: Endpoint, query: Query, key: Key) -> bytes:
        """One answer of a list endpoint."""
        table = self.account.tables[endpoint.resource]
        for name in endpoint.required:
            if not single(query, name):
                raise is_required(name)
        if endpoint.paging is None:
            records = table.read(self._selection(endpoint, query, key))
            if endpoint.empty is not None:
                return _object(endpoint.resource, records[0] if records else endpoint.empty)
            return _envelope(endpoint.resource, records, {})
        size = _page_size(query, endpoint.paging)
        extra = self._entries_type(query) if endpoint.resource == "catalog_entries" else {}
        positions = self._selection(endpoint, query, key)
        start = self._start(endpoint, query, positions)
        chosen = positions[start : start + size]
        records = table.read(chosen)
        if endpoint.shown:
            records = [endpoint.shown(record, size) for record in records]
        if records or endpoint.paging.meta_required:
            # The contract caps the reported size at 250 even where a larger page is allowed.
            meta: dict[str, Any] = {"page_size": min(size, 250)}
            has_more = start + size < len(positions)
            if records and (has_more or (self.last_page_cursor and endpoint.paging.is_old)):
                meta["after"] = orjson.loads(records[-1])["id"]
            if endpoint.paging.has_total:
                meta["total_record_count"] = len(positions)
            extra["pagination_meta"] = orjson.dumps(meta)
        return _envelope(endpoint.resource, records, extra)

    def _selection(self, endpoint: Endpoint, query: Query, key: Key) -> Sequence[int]:
        """Positions left by the filters, remembered when they make several pages, which all ask the same."""
        if endpoint.select is None:
            return range(len(self.account.tables[endpoint.resource]))
        filters = tuple(sorted(pair for pair in query if pair[0] not in ("page_size", "after")))
        remembered = (endpoint.path, filters, key.sees_private)
        selections = self.account.selections
        if remembered in selections:
            found: Sequence[int] = selections[remembered]
            return found
        selected = endpoint.select(self.account, query, key.sees_private)
        if self._is_reversed(endpoint):
            selected = selected[::-1]
        if len(selected) > SMALLEST_REMEMBERED:
            if len(selections) > 32:
                selections.clear()
            selections[remembered] = selected if isinstance(selected, range) else array("I", selected)
        return selected

    def _is_reversed(self, endpoint: Endpoint) -> bool:
        return self.newest_first and endpoint.paging is not None and endpoint.paging.any_order

    def _start(self, endpoint: Endpoint, query: Query, positions: Sequence[int]) -> int:
        """Index of the first record after the cursor, which keeps its place when a filter now hides it."""
        after = single(query, "after")
        if not after:
            return 0
        position = self.account.tables[endpoint.resource].position_of(after)
        if position is None:
            raise not_found("The record named by after")
        descending = self._is_reversed(endpoint)
        if endpoint.resource == "incidents":
            descending = single(query, "sort_by") != "created_at_oldest_first"
        low, high = 0, len(positions)
        while low < high:
            middle = (low + high) // 2
            is_before = positions[middle] >= position if descending else positions[middle] <= position
            low, high = (middle + 1, high) if is_before else (low, middle)
        return low

    def _entries_type(self, query: Query) -> dict[str, bytes]:
        table = self.account.tables["catalog_types"]
        position = table.position_of(single(query, "catalog_type_id") or "")
        if position is None:
            raise not_found("The catalog type")
        return {"catalog_type": table.read([position])[0]}


def _page_size(query: Query, paging: Paging) -> int:
    text = single(query, "page_size")
    if text is None:
        if paging.size_required:
            raise is_required("page_size")
        return DEFAULT_PAGE_SIZE
    if not text.isdecimal() or not 1 <= int(text) <= paging.accepted:
        raise invalid_value("page_size", f"{text!r} is not a page size from 1 to {paging.accepted}")
    return min(int(text), paging.served)


def _envelope(resource: str, records: Sequence[bytes], extra: Mapping[str, bytes]) -> bytes:
    parts = [b'{"', resource.encode(), b'":[', b",".join(records), b"]"]
    for name, value in extra.items():
        parts += [b',"', name.encode(), b'":', value]
    parts.append(b"}")
    return b"".join(parts)


def _object(resource: str, record: bytes) -> bytes:
    """An answer that holds one record, without the id it is kept by."""
    return orjson.dumps({resource: {name: value for name, value in orjson.loads(record).items() if name != "id"}})


def create_app(account: Account, **options: Any) -> Starlette:
    """The application for an account; options are those of `DemoApi`, which is kept as `app.state.api`."""
    return application_of(DemoApi(account, **options))


def application_of(api: DemoApi) -> Starlette:
    """Routes of one `DemoApi`."""

    def listing(endpoint: Endpoint) -> Route:
        async def answer(request: Request) -> Response:
            return await api.handle(request, endpoint.scope, lambda query, key: api.page(endpoint, query, key))

        return Route(endpoint.path, answer, methods=["GET"])

    async def identity(request: Request) -> Response:
        return await api.handle(request, None, api.identity)

    async def incident(request: Request) -> Response:
        identifier = request.path_params["id"]
        return await api.handle(request, "incidents.view", lambda query, key: api.incident(identifier, key))

    async def requests(request: Request) -> Response:
        return Response(orjson.dumps(api.requests.as_json()), media_type="application/json")

    async def unknown_path(request: Request, error: Exception) -> Response:
        return not_found(f"The endpoint {request.url.path}").response()

    async def wrong_method(request: Request, error: Exception) -> Response:
        return ApiProblem(405, "method_not_allowed", f"{request.method} is not allowed here").response()

    async def own_mistake(request: Request, error: Exception) -> Response:
        return ApiProblem(500, "internal_error", "The demo API failed; its log on stderr says why").response()

    routes = [
        Route("/v1/identity", identity, methods=["GET"]),
        *(listing(endpoint) for endpoint in ENDPOINTS),
        Route("/v2/incidents/{id}", incident, methods=["GET"]),
        Route("/__demo/requests", requests, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={404: unknown_path, 405: wrong_method, 500: own_mistake})
    app.state.api = api
    return app
