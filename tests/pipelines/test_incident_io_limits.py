"""Token buckets with a clock of their own."""

from __future__ import annotations

import pytest

from pipelines.incident_io.limits import RateLimits, TokenBucket, parse_limit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("60, 1200;window=60, 60;window=60", (60, 60.0)),
        ("1200, 1200;window=60", (1200, 60.0)),
        ("10;window=1", (10, 1.0)),
        ("5, 5;window=10", (5, 10.0)),
        ("60", (60, 60.0)),
        (None, None),
        ("", None),
        ("many", None),
        ("0", None),
    ],
)
def test_the_binding_quota_is_the_first_number_of_the_header(
    header: str | None, expected: tuple[int, float] | None
) -> None:
    assert parse_limit(header) == expected


def test_a_burst_up_to_the_quota_is_free_and_then_requests_flow_evenly() -> None:
    clock = Clock()
    bucket = TokenBucket(60, clock=clock)
    assert [bucket.reserve() for _ in range(60)] == [0.0] * 60
    assert bucket.reserve() == pytest.approx(1)
    assert bucket.reserve() == pytest.approx(2)
    clock.now = 32.0
    assert bucket.reserve() == 0.0


def test_only_the_incident_list_starts_with_the_low_quota() -> None:
    limits = RateLimits(clock=Clock())
    waits = {
        path: [limits.bucket(path).reserve() for _ in range(61)][-1] for path in ("/v2/incidents", "/v2/users")
    }
    assert waits["/v2/incidents"] > 0
    assert waits["/v2/users"] == 0


def test_what_is_left_according_to_the_server_wins_over_our_own_count() -> None:
    limits = RateLimits(clock=Clock())
    limits.observe("/x", {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "1"})
    assert limits.bucket("/x").reserve() == 0.0
    assert limits.bucket("/x").reserve() == pytest.approx(1)


def test_a_server_that_announces_no_limit_is_not_paced_until_it_does() -> None:
    limits = RateLimits(clock=Clock())
    limits.observe("/v2/incidents", {})
    assert {limits.bucket("/v2/incidents").reserve() for _ in range(500)} == {0.0}
    limits.observe("/v2/incidents", {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0"})
    assert limits.bucket("/v2/incidents").reserve() == pytest.approx(1)
