"""The client against a scripted server: what is retried, for how long, and what each refusal becomes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipelines.incident_io.client import Client
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
from pipelines.incident_io.retries import ONE_ATTEMPT, RetryableError, RetryPolicy, retry_after_seconds
from tests.pipelines.fake_api import KEY, Answer, FakeApi, error

PATH, SELECTOR = "/v1/severities", "severities"
QUICK = RetryPolicy(attempts=3, first_wait=0.01, longest_wait=0.02, longest_retry_after=2, longest_throttled=0.2)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        api.rows[SELECTOR] = [{"id": "s1", "name": "Minor"}]
        yield api


@pytest.fixture
def client(api: FakeApi) -> Client:
    return Client(api.url, KEY, retry=QUICK, timeout=(0.5, 0.5))


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_retried(api: FakeApi, client: Client, status: int) -> None:
    api.faults[PATH].extend([Answer(status, b"<html>"), Answer(status)])
    assert client.get(PATH, SELECTOR)[SELECTOR][0]["id"] == "s1"
    assert client.count_requests == 3


@pytest.mark.parametrize(
    "body", [b"", b"<html>oops</html>", b"[]", b"null", b'{"severities": null}', b'{"x": []}', b'{"sev']
)
def test_a_200_that_is_not_the_expected_object_is_an_error_and_not_an_empty_page(
    api: FakeApi, client: Client, body: bytes
) -> None:
    api.faults[PATH].append(Answer(200, body))
    assert len(client.get(PATH, SELECTOR)[SELECTOR]) == 1
    api.always[PATH] = Answer(200, body)
    with pytest.raises(ApiUnreachableError, match="not a JSON object holding 'severities'"):
        client.get(PATH, SELECTOR)


def test_a_broken_connection_is_retried(api: FakeApi, client: Client) -> None:
    api.faults[PATH].append(Answer(drop=True))
    assert client.get(PATH, SELECTOR)[SELECTOR]


def test_giving_up_names_the_request_the_number_of_attempts_and_what_to_do(api: FakeApi, client: Client) -> None:
    api.always[PATH] = Answer(503)
    with pytest.raises(ApiUnreachableError) as caught:
        client.get(PATH, SELECTOR)
    message = str(caught.value)
    assert f"GET {api.url}{PATH}" in message
    assert "3 attempts" in message
    assert "HTTP 503" in message
    assert "INCIDENT_IO_API_URL" in message
    assert len(api.requests) == 3


def test_nothing_listening_gives_up_after_the_same_number_of_attempts() -> None:
    client = Client("http://127.0.0.1:9", KEY, retry=QUICK)
    with pytest.raises(ApiUnreachableError, match="3 attempts"):
        client.identity()
    assert client.count_requests == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(401, "access_token_invalid"), AuthenticationError),
        (error(403, "missing_required_scope", scope="x.view"), MissingScopeError),
        (error(404, "resource_not_found"), NotFoundError),
        (error(400, "bad"), InvalidRequestError),
        (error(422, "invalid_value"), InvalidRequestError),
        (Answer(301, b"", {"Location": "https://elsewhere.example/"}), ApiError),
    ],
)
def test_a_lasting_refusal_is_asked_only_once(api: FakeApi, client: Client, answer: Answer, kind: type) -> None:
    api.always[PATH] = answer
    with pytest.raises(kind):
        client.get(PATH, SELECTOR)
    assert len(api.requests) == 1


def test_a_missing_scope_is_named_by_the_answer_or_else_by_the_contract(api: FakeApi, client: Client) -> None:
    api.faults[PATH].append(error(403, "missing_required_scope", scope="severities.view"))
    with pytest.raises(MissingScopeError, match=r"severities\.view") as caught:
        client.get(PATH, SELECTOR, scope="documented.view")
    assert caught.value.scope == "severities.view"
    api.faults[PATH].append(Answer(403, b"forbidden"))
    with pytest.raises(MissingScopeError) as caught:
        client.get(PATH, SELECTOR, scope="documented.view")
    assert caught.value.scope == "documented.view"


def test_a_redirect_is_refused_and_the_key_does_not_travel(api: FakeApi, client: Client) -> None:
    with FakeApi() as other:
        api.always[PATH] = Answer(302, b"", {"Location": f"{other.url}{PATH}"})
        with pytest.raises(ApiError, match="not followed"):
            client.get(PATH, SELECTOR)
        assert other.requests == []


def test_the_key_shows_in_no_repr_and_no_error_even_when_the_server_repeats_it(api: FakeApi) -> None:
    client = Client(api.url, KEY + "x", retry=QUICK)
    with pytest.raises(AuthenticationError) as caught:
        client.get(PATH, SELECTOR)
    assert KEY not in f"{client!r} {client} {caught.value} {vars(client)}"
    assert "[API key]" in str(caught.value)


def test_netrc_cannot_replace_the_key(
    api: FakeApi, client: Client, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:
        file.write("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", netrc)
    assert client.get(PATH, SELECTOR)[SELECTOR]


@pytest.mark.parametrize("key", ["", "  ", "a\nb", "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(AuthenticationError) as caught:
        Client("http://127.0.0.1:9", key)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "7"}, None, 7),
        ({"Retry-After": " 0.5 "}, None, 0.5),
        ({"Retry-After": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, None, 9),
        ({"Retry-After": format_datetime(NOW - timedelta(seconds=9), usegmt=True)}, None, 0),
        ({}, {"rate_limit": {"retry_after": "2026-03-01T12:00:04Z"}}, 4),
        ({}, {"rate_limit": {"retry_after": "Sun, 01 Mar 2026 12:00:05 UTC"}}, 5),
        ({"Retry-After": "soon"}, {"rate_limit": {"retry_after": 3}}, 3),
        ({"Retry-After": "2"}, {"rate_limit": {"retry_after": 3}}, 2),
        ({"Retry-After": "nan"}, None, None),
        ({}, {"rate_limit": "?"}, None),
        ({}, [], None),
    ],
)
def test_the_wish_to_wait_is_read_in_every_form_the_api_has_used(
    headers: dict[str, str], body: object, seconds: float | None
) -> None:
    assert retry_after_seconds(headers, body, now=NOW) == seconds


@pytest.mark.parametrize("wish", ["1", "date"])
def test_a_429_is_waited_out_as_long_as_asked(api: FakeApi, wish: str) -> None:
    client = Client(api.url, KEY, retry=RetryPolicy(first_wait=0.01))
    # An HTTP date has whole seconds, so the shortest certain wait is between one and two of them.
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    value = format_datetime(moment, usegmt=True) if wish == "date" else wish
    api.faults[PATH].append(Answer(429, b"{}", {"Retry-After": value}))
    started = time.monotonic()
    client.get(PATH, SELECTOR)
    assert 0.9 <= time.monotonic() - started < 3.5


def test_a_date_is_compared_with_the_clock_of_the_server_that_wrote_it() -> None:
    server = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)
    headers = {
        "Date": format_datetime(server, usegmt=True),
        "Retry-After": format_datetime(server + timedelta(seconds=3), usegmt=True),
    }
    assert retry_after_seconds(headers, None) == 3
    assert retry_after_seconds({**headers, "Date": "?", "Retry-After": "4"}, None) == 4


def test_a_rate_limit_is_waited_out_however_often_it_refuses(api: FakeApi, client: Client) -> None:
    api.faults[PATH].extend([Answer(429, b"{}", {"Retry-After": "0"})] * (QUICK.attempts + 5))
    assert client.get(PATH, SELECTOR)[SELECTOR]


def test_a_rate_limit_for_ever_ends_with_what_to_do(api: FakeApi, client: Client) -> None:
    api.always[PATH] = error(429, "too_many_requests", "slow down")
    started = time.monotonic()
    with pytest.raises(ApiUnreachableError) as caught:
        client.get(PATH, SELECTOR)
    assert time.monotonic() - started < 5
    message = str(caught.value)
    assert f"GET {api.url}{PATH}: gave up after {len(api.requests)} attempts, the rate limit did not" in message
    assert "slow down" in message
    assert "other programs" in message


def test_requests_refused_together_do_not_come_back_together() -> None:
    waits = set()

    def refused() -> None:
        raise RetryableError("HTTP 429", 5.0, is_throttle=True)

    for _ in range(20):
        with pytest.raises(RetryableError):
            RetryPolicy(first_wait=2, longest_throttled=9).run(refused, waits.add)
    assert len(waits) == 20
    assert all(5 <= wait <= 7 for wait in waits)


def test_one_attempt_is_one_attempt(api: FakeApi) -> None:
    api.always[PATH] = Answer(429, b"{}", {"Retry-After": "1"})
    with pytest.raises(ApiUnreachableError, match="after 1 attempt,"):
        Client(api.url, KEY, retry=ONE_ATTEMPT).get(PATH, SELECTOR)
    assert len(api.requests) == 1


def test_what_gave_up_names_the_page_and_the_parent_that_were_asked_for(api: FakeApi, client: Client) -> None:
    api.always["/v3/catalog_entries"] = Answer(500)
    params = [("catalog_type_id", "ct1"), ("page_size", "250"), ("after", "e7")]
    with pytest.raises(ApiUnreachableError, match=r"/v3/catalog_entries\?catalog_type_id=ct1&after=e7: gave up"):
        client.get("/v3/catalog_entries", "catalog_entries", params)


def test_a_refusal_that_announces_the_limit_paces_the_next_requests(api: FakeApi) -> None:
    clock = [0.0]
    limits = RateLimits(clock=lambda: clock[0])
    client = Client(api.url, KEY, limits=limits, retry=ONE_ATTEMPT)
    announced = {"X-RateLimit-Limit": "60, 60;window=60", "X-RateLimit-Remaining": "0"}
    api.always[PATH] = Answer(429, b"{}", announced)
    with pytest.raises(ApiUnreachableError):
        client.get(PATH, SELECTOR)
    assert seconds_paced(limits, clock) == pytest.approx(1, abs=0.01)


def test_a_wait_beyond_reason_ends_the_attempts_instead_of_hanging(api: FakeApi, client: Client) -> None:
    api.always[PATH] = Answer(429, b"{}", {"Retry-After": "3600"})
    with pytest.raises(ApiUnreachableError, match="after 1 attempt, the API asked to wait 3600 seconds"):
        client.get(PATH, SELECTOR)
    assert len(api.requests) == 1


def test_cancelling_wakes_a_waiting_request(api: FakeApi) -> None:
    client = Client(api.url, KEY, retry=RetryPolicy(attempts=2, first_wait=30, longest_wait=30))
    api.always[PATH] = Answer(500)
    threading.Timer(0.1, client.cancel).start()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        client.get(PATH, SELECTOR)
    assert time.monotonic() - started < 5


def seconds_paced(limits: RateLimits, clock: list[float]) -> float:
    """How long the next request would have to wait; the clock moves on by that."""
    before = clock[0]

    def wait(seconds: float) -> None:
        clock[0] += seconds

    limits.take(PATH, wait)
    return clock[0] - before


def test_the_announced_quota_paces_the_next_requests(api: FakeApi) -> None:
    # Two tokens a minute: two requests pass at once, the third would wait half a minute.
    clock = [0.0]
    limits = RateLimits(clock=lambda: clock[0])
    client = Client(api.url, KEY, limits=limits)
    api.always[PATH] = Answer(200, {SELECTOR: []}, {"X-RateLimit-Limit": "2, 1200;window=60, 2;window=60"})
    client.get(PATH, SELECTOR)
    client.get(PATH, SELECTOR)
    assert seconds_paced(limits, clock) == pytest.approx(30, abs=0.01)
