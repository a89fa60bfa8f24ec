"""`serve`: the demo API in the foreground, for `incident-marts demo-api` and `python -m apps.demo_api`."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn

from apps.demo_api.access import DEFAULT_KEY, Key
from apps.demo_api.application import create_app
from apps.demo_api.company import DEFAULT_INCIDENTS, DEFAULT_SEED, build_account
from apps.demo_api.rate_limits import RateLimiter


def _announce(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def serve(
    *,
    port: int = 8099,
    incidents: int = DEFAULT_INCIDENTS,
    until: datetime | None = None,
    seed: int = DEFAULT_SEED,
    processes: int = 1,
    rate_limits: bool = True,
    retry_after: str = "seconds",
    latency_ms: float = 0,
    api_key: str = DEFAULT_KEY,
    host: str = "127.0.0.1",
    announce: Callable[[str], None] = _announce,
) -> None:
    """Generate a company, drawn by so many processes, and serve it until interrupted.

    `until` (an aware instant, default now) cuts the future off. Port 0 takes a free one; `announce` is called with
    the URL when everything is ready. Raises OSError when the port is taken.
    """
    # Listen first: a taken port should not cost the time of a large history.
    listener = socket.create_server((host, port))
    account = build_account(incidents=incidents, until=until or datetime.now(UTC), seed=seed, processes=processes)
    limiter = RateLimiter(enabled=rate_limits, retry_after=retry_after)
    app = create_app(account, keys={api_key: Key()}, rate_limiter=limiter, latency_ms=latency_ms)
    announce(f"http://{host}:{listener.getsockname()[1]}")
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
