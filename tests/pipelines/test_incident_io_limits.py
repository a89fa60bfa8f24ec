"""Token buckets with a clock of their own."""

from __future__ import annotations

import threading
import time

import pytest

from pipelines.incident_io.limits import RateLimits, TokenBucket, parse_limits


class Clock:
    """Stands still, and moves on when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def waits(clock: Clock, bucket: TokenBucket, count: int) -> list[float]:
    found = []
    for _ in range(count):
        before = clock.now
        bucket.take(clock.pause)
        found.append(clock.now - before)
    return found


def path_waits(clock: Clock, limits: RateLimits, path: str, count: int) -> float:
    before = clock.now
    for _ in range(count):
        limits.take(path, clock.pause)
    return clock.now - before


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("60, 1200;window=60, 60;window=60", [(60, 60.0), (1200, 60.0)]),
        ("1200, 1200;window=60, 60;window=60", [(1200, 60.0), (60, 60.0)]),
        ("1200, 1200;window=60", [(1200, 60.0)]),
        ("10;window=1", [(10, 1.0)]),
        ("5, 5;window=10", [(5, 10.0)]),
        ("60", [(60, 60.0)]),
        (None, []),
        ("", []),
        ("many", []),
        ("0", []),
    ],
)
def test_the_header_lists_the_binding_quota_first(header: str | None, expected: list[tuple[int, float]]) -> None:
    assert parse_limits(header) == expected


def test_a_burst_up_to_the_quota_is_free_and_then_requests_flow_evenly() -> None:
    clock = Clock()
    bucket = TokenBucket(60, clock=clock)
    assert waits(clock, bucket, 60) == [0.0] * 60
    assert waits(clock, bucket, 2) == pytest.approx([1, 1])
    clock.now += 30.0
    assert waits(clock, bucket, 30) == [0.0] * 30


def test_only_the_incident_list_starts_with_the_low_quota() -> None:
    clock = Clock()
    assert path_waits(clock, RateLimits(clock=clock), "/v2/incidents", 61) == pytest.approx(1)
    assert path_waits(clock, RateLimits(clock=clock), "/v2/users", 61) == 0


def test_all_paths_share_the_quota_of_the_key() -> None:
    clock = Clock()
    limits = RateLimits(clock=clock)
    assert path_waits(clock, limits, "/v2/users", 700) + path_waits(clock, limits, "/v2/alerts", 500) == 0
    assert path_waits(clock, limits, "/v3/teams", 20) == pytest.approx(1)


def test_what_is_left_according_to_the_server_wins_over_our_own_count() -> None:
    clock = Clock()
    limits = RateLimits(clock=clock)
    limits.observe("/x", {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "1"})
    assert path_waits(clock, limits, "/x", 1) == 0.0
    assert path_waits(clock, limits, "/x", 1) == pytest.approx(1)
    assert path_waits(clock, limits, "/y", 100) == 0.0


def test_what_is_left_of_the_key_does_not_fill_the_bucket_of_the_path() -> None:
    clock = Clock()
    limits = RateLimits(clock=clock)
    headers = {"X-RateLimit-Limit": "1200, 1200;window=60, 60;window=60", "X-RateLimit-Remaining": "40"}
    limits.observe("/v2/incidents", headers)
    assert path_waits(clock, limits, "/y", 41) == pytest.approx(0.05)
    clock.now += 60
    assert path_waits(clock, limits, "/v2/incidents", 61) == pytest.approx(1)


def test_a_server_that_announces_no_limit_is_not_paced_until_it_does() -> None:
    clock = Clock()
    limits = RateLimits(clock=clock)
    limits.observe("/v2/incidents", {})
    assert path_waits(clock, limits, "/v2/incidents", 3000) == 0.0
    limits.observe("/v2/incidents", {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0"})
    assert path_waits(clock, limits, "/v2/incidents", 1) == pytest.approx(1)


def test_a_refusal_holds_up_the_other_requests_of_its_path_only() -> None:
    clock = Clock()
    limits = RateLimits(clock=clock)
    limits.hold("/v2/incidents", 5)
    assert path_waits(clock, limits, "/v2/users", 1) == 0
    assert path_waits(clock, limits, "/v2/incidents", 1) == pytest.approx(5)


def test_of_those_who_wait_the_lowest_priority_goes_first() -> None:
    bucket = TokenBucket(1, window=0.05)
    bucket.take(time.sleep)
    order: list[int] = []
    started = threading.Barrier(4)

    def take(priority: int) -> None:
        started.wait()
        bucket.take(time.sleep, priority)
        order.append(priority)

    threads = [threading.Thread(target=take, args=(priority,)) for priority in (3, 1, 2)]
    bucket.hold(0.2)
    for thread in threads:
        thread.start()
    started.wait()
    for thread in threads:
        thread.join()
    assert order == [1, 2, 3]


def test_who_gives_up_waiting_leaves_the_queue() -> None:
    bucket = TokenBucket(1, window=60)
    bucket.take(time.sleep)

    def give_up(seconds: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        bucket.take(give_up, priority=0)
    bucket.learn(1000, 1.0)
    bucket.take(time.sleep, priority=5)
