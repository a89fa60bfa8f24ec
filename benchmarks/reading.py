"""(d) How close extraction comes to what the API's limits allow, and (e) what a daily run costs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from apps.demo_api.server import DemoServer
from benchmarks.environment import AS_OF, environ_of
from benchmarks.measure import measure, python

INCIDENTS_PER_MINUTE, KEY_PER_MINUTE = 60, 1200
INCIDENTS = "/v2/incidents"


def bench_limits(scratch: Path, incidents: int) -> None:
    """(d) Under the documented limits, and without any against reading one page after another."""
    print(f"\n(d) first reading of an account of {incidents:,} incidents, all lists, loading included")
    for latency in (50, 150):
        with DemoServer.generated(
            subprocess=True, incidents=incidents, until=AS_OF, latency_ms=latency, rate_limits=True
        ) as server:
            found = _extract(scratch / f"limits-{latency}", server)
        minimum = found["minimum"]
        least, bound = sum(minimum.values()), seconds_bound(minimum)
        print(
            f"    limits on, {latency} ms: {found['requests']:,} requests for at least {least:,}: ratio "
            f"{found['requests'] / least:.3f} (target: at most 1.05); {found['seconds']:.1f} s for at least "
            f"{bound:.1f} s: ratio {found['seconds'] / bound:.2f} (target: at most 1.10)"
        )
    with DemoServer.generated(subprocess=True, incidents=incidents, until=AS_OF, latency_ms=150) as server:
        found = _extract(scratch / "unlimited", server)
        environ = environ_of(scratch / "unlimited", server.url, server.api_key)
        one_by_one = orjson.loads(
            measure(python("-m", "benchmarks.extract_account", "--one-after-another"), environ).stdout
        )
    shutil.rmtree(scratch / "unlimited")
    ratio = one_by_one["seconds"] / found["seconds"]
    print(
        f"    limits off, 150 ms: {found['requests']:,} requests in {found['seconds']:.1f} s; one page after "
        f"another (not loaded): {one_by_one['requests']:,} requests in {one_by_one['seconds']:.1f} s: "
        f"{ratio:.1f} times as fast (target: at least 5)"
    )


def bench_daily(scratch: Path, incidents: int) -> None:
    """(e) Requests of a run one day after the last one."""
    print(f"\n(e) a daily run on an account of {incidents:,} incidents")
    home = scratch / "daily"
    for day, name in ((AS_OF - timedelta(days=1), "first"), (AS_OF, "daily")):
        with DemoServer.generated(subprocess=True, incidents=incidents, until=day) as server:
            environ = environ_of(home, server.url, server.api_key) | {"INCIDENT_MARTS_AS_OF": day.isoformat()}
            found = orjson.loads(measure(python("-m", "benchmarks.extract_account"), environ).stdout)
        others = found["requests"] - found["attachments"]
        print(
            f"    {name:<6} {found['seconds']:6.1f} s, {found['rows']['incidents']:,} incidents read, "
            f"{found['requests']:,} requests, {others:,} of them not for attachments"
            + ("   (target: at most 60)" if name == "daily" else "")
        )
    shutil.rmtree(home)


def seconds_bound(minimum: Mapping[str, int]) -> float:
    """Least seconds for so many requests per path: what is left after the burst, at the rate of the limit."""
    slow = minimum[INCIDENTS] - INCIDENTS_PER_MINUTE
    key = sum(minimum.values()) - KEY_PER_MINUTE
    return max(slow / (INCIDENTS_PER_MINUTE / 60), key / (KEY_PER_MINUTE / 60), 1.0)


def _extract(home: Path, server: Any) -> dict[str, Any]:
    environ = environ_of(home, server.url, server.api_key)
    found: dict[str, Any] = orjson.loads(measure(python("-m", "benchmarks.extract_account"), environ).stdout)
    if home.name != "unlimited":
        shutil.rmtree(home)
    return found
