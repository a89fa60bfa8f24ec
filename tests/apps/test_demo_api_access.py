"""Keys, scopes, limits, the request log and the seam for faults."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import requests
from demo_api_support import EVERY_INCIDENT, ask, incidents, rows
from starlette.responses import Response

from apps.demo_api.access import DEFAULT_KEY, Key
from apps.demo_api.company import REFERENCE_END, build_account
from apps.demo_api.endpoints import ENDPOINTS
from apps.demo_api.rate_limits import RateLimiter
from apps.demo_api.server import DemoServer


@pytest.fixture(scope="module")
def account():
    return build_account(incidents=120, until=REFERENCE_END)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "Bearer  "])
def test_a_request_without_a_key_is_a_401(account, header):
    with DemoServer(account) as server:
        headers = {} if header is None else {"Authorization": header}
        response = requests.get(f"{server.url}/v1/identity", headers=headers, timeout=5)
        assert response.status_code == 401
        assert response.json()["type"] == "authentication_error"
        assert response.json()["errors"][0]["code"] == "missing_authorization_material"


def test_a_wrong_key_is_a_401_of_its_own(account):
    with DemoServer(account) as server:
        response = ask(server, "/v1/identity", key="not-the-key")
        assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "access_token_invalid")


@pytest.mark.parametrize(
    "endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.scope], ids=lambda endpoint: endpoint.resource
)
def test_a_missing_scope_is_a_403_that_names_it(account, endpoint):
    with DemoServer(account, keys={"poor": Key.without(endpoint.scope)}) as server:
        response = ask(server, endpoint.path)
        assert response.status_code == 403
        assert response.json()["type"] == "resource_forbidden"
        error = response.json()["errors"][0]
        assert (error["code"], error["metadata"]) == ("missing_required_scope", {"scope": endpoint.scope})
        assert ask(server, "/v2/incident_timestamps").status_code == 200
        assert ask(server, "/v1/identity").status_code == 200


def test_identity_tells_the_name_and_the_rights_of_the_key(account):
    keys = {"reader": Key(name="Warehouse", sees_private=False), "all": Key()}
    with DemoServer(account, keys=keys) as server:
        identity = ask(server, "/v1/identity", key="reader").json()["identity"]
        assert (identity["name"], identity["roles"]) == ("Warehouse", ["viewer", "catalog_viewer"])
        assert "global_access" in ask(server, "/v1/identity", key="all").json()["identity"]["roles"]


def test_private_incidents_need_a_key_that_may_see_them(account):
    keys = {"all": Key(), "public": Key(sees_private=False)}
    with DemoServer(account, keys=keys) as server:
        everything = incidents(server, EVERY_INCIDENT)
        private = [row["id"] for row in everything if row["visibility"] == "private"]
        assert private
        server.api_key = "public"
        shown = incidents(server, EVERY_INCIDENT)
        assert [row for row in everything if row["visibility"] == "public"] == shown
        assert ask(server, f"/v2/incidents/{private[0]}").status_code == 404
        updates = rows(server, "/v2/incident_updates", "incident_updates", [("page_size", "250")])
        assert not {row["incident_id"] for row in updates} & set(private)


def test_unknown_paths_and_methods_have_the_vendors_error_body(account):
    with DemoServer(account) as server:
        assert ask(server, "/v2/follow_ups").json()["type"] == "not_found"
        response = requests.post(f"{server.url}/v1/severities", timeout=5)
        assert (response.status_code, response.json()["type"]) == (405, "method_not_allowed")


def test_the_incident_list_allows_60_a_minute_and_refills_evenly(account):
    clock = Clock()
    with DemoServer(account, rate_limits=RateLimiter(clock=clock)) as server:
        query = [("page_size", "1")]
        first = ask(server, "/v2/incidents", query)
        assert first.headers["X-RateLimit-Limit"] == "60, 1200;window=60, 60;window=60"
        assert (first.headers["X-RateLimit-Remaining"], first.headers["X-RateLimit-Used"]) == ("59", "1")
        assert int(first.headers["X-RateLimit-Reset"]) >= int(time.time())
        answers = [ask(server, "/v2/incidents", query).status_code for _ in range(60)]
        assert answers == [200] * 59 + [429]
        assert ask(server, "/v1/severities").status_code == 200
        clock.now += 1
        assert [ask(server, "/v2/incidents", query).status_code for _ in range(2)] == [200, 429]


def test_a_429_tells_when_to_come_back_in_header_and_body(account):
    limiter = RateLimiter(clock=Clock(), default_limit=2)
    with DemoServer(account, rate_limits=limiter) as server:
        codes = [ask(server, "/v1/severities").status_code for _ in range(2)]
        refused = ask(server, "/v1/severities")
        assert (codes, refused.status_code) == ([200, 200], 429)
        assert refused.headers["Retry-After"] == "30"
        assert refused.headers["X-RateLimit-Remaining"] == "0"
        body = refused.json()
        assert body["type"] == "too_many_requests"
        assert (body["rate_limit"]["limit"], body["rate_limit"]["remaining"]) == (2, 0)
        wait = datetime.fromisoformat(body["rate_limit"]["retry_after"]) - datetime.now(UTC)
        assert 25 < wait.total_seconds() <= 31


def test_retry_after_can_be_an_http_date(account):
    limiter = RateLimiter(clock=Clock(), default_limit=1, retry_after="date")
    with DemoServer(account, rate_limits=limiter) as server:
        ask(server, "/v1/severities")
        text = ask(server, "/v1/severities").headers["Retry-After"]
        assert text.endswith("GMT")
        assert 50 < (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds() <= 61
    with pytest.raises(ValueError, match="seconds"):
        RateLimiter(retry_after="never")


def test_two_keys_have_buckets_of_their_own(account):
    limiter = RateLimiter(clock=Clock(), default_limit=1)
    with DemoServer(account, keys={"a": Key(), "b": Key()}, rate_limits=limiter) as server:
        codes = [ask(server, "/v1/severities", key=key).status_code for key in ("a", "b", "a")]
        assert codes == [200, 200, 429]


def test_without_limits_there_are_no_limit_headers(account):
    with DemoServer(account) as server:
        assert not [
            name for name in ask(server, "/v1/severities").headers if name.lower().startswith("x-ratelimit")
        ]


def test_requests_are_logged_in_order_and_without_the_key(account):
    with DemoServer(account) as server:
        ask(server, "/v1/severities")
        ask(server, "/v2/incidents", [("mode[one_of]", "test"), ("mode[one_of]", "standard")])
        ask(server, "/v1/severities", key="wrong-key")
        assert [request.path for request in server.requests] == [
            "/v1/severities",
            "/v2/incidents",
            "/v1/severities",
        ]
        assert server.requests.to("/v2/incidents")[0].values("mode[one_of]") == ["test", "standard"]
        assert server.requests.count() == 3
        assert server.requests.count("/v1/severities") == 2
        assert server.requests.count(status=401) == 1
        page = requests.get(f"{server.url}/__demo/requests", timeout=5)
        assert page.json()["by_path"] == {"/v1/severities": {"200": 1, "401": 1}, "/v2/incidents": {"200": 1}}
        assert DEFAULT_KEY not in page.text
        assert "wrong-key" not in page.text
        server.requests.clear()
        assert len(server.requests) == 0


def test_latency_delays_every_answer(account):
    with DemoServer(account, latency_ms=80) as server:
        started = time.perf_counter()
        ask(server, "/v1/severities")
        assert time.perf_counter() - started >= 0.08


def test_an_interceptor_may_answer_instead_of_the_api(account):
    async def first_one_fails(request):
        return None if len(server.requests) else Response("upstream is away", 503)

    with DemoServer(account, interceptor=first_one_fails) as server:
        assert [ask(server, "/v1/severities").status_code for _ in range(2)] == [503, 200]
        assert server.requests.count(status=503) == 1
