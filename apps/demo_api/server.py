"""`DemoServer`: the demo API beside a test, in a thread of this process or in a process of its own.

    with DemoServer(account) as server:
        requests.get(f"{server.url}/v1/severities", headers={"Authorization": f"Bearer {server.api_key}"})

`DemoServer.generated` serves a generated company; with `subprocess=True` its CPU time is not the client's, which
is what a benchmark wants.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn

from apps.demo_api.access import DEFAULT_KEY, Key
from apps.demo_api.account import Account
from apps.demo_api.application import DemoApi, Interceptor, application_of
from apps.demo_api.rate_limits import RateLimiter
from apps.demo_api.request_log import RequestLog

PROJECT_ROOT = Path(__file__).parents[2]  # where `-m apps.demo_api` is found without an installation


class DemoServer:
    """Context manager around one running server on loopback; `api` is its live state."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        keys: Mapping[str, Key] | None = None,
        rate_limits: bool | RateLimiter = False,
        latency_ms: float = 0,
        last_page_cursor: bool = False,
        newest_first: bool = False,
        interceptor: Interceptor | None = None,
        port: int = 0,
    ) -> None:
        limiter = rate_limits if isinstance(rate_limits, RateLimiter) else RateLimiter(enabled=rate_limits)
        self.api = DemoApi(
            account or Account(),
            keys=keys,
            rate_limiter=limiter,
            latency_ms=latency_ms,
            last_page_cursor=last_page_cursor,
            newest_first=newest_first,
            interceptor=interceptor,
        )
        self.api_key = next(iter(self.api.keys), DEFAULT_KEY)
        self.url = ""
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    @classmethod
    def generated(cls, *, subprocess: bool = False, **options: Any) -> DemoServer | DemoProcess:
        """A server of a generated company: options of `build_account` and, in a thread, of `DemoServer`."""
        if subprocess:
            return DemoProcess(**options)
        from apps.demo_api.company import build_account  # noqa: PLC0415 - hand-made accounts do not need it

        build = {
            name: options.pop(name) for name in ("incidents", "until", "seed", "processes") if name in options
        }
        return cls(build_account(**build), **options)

    @property
    def requests(self) -> RequestLog:
        """Every request answered so far."""
        return self.api.requests

    def serve_account(self, account: Account) -> None:
        """Answer from another account from now on."""
        self.api.serve_account(account)

    def __enter__(self) -> DemoServer:
        # The socket listens before the thread starts, so a first request waits instead of being refused.
        self._socket = socket.create_server(("127.0.0.1", self._port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(application_of(self.api), log_level="warning", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="demo-api", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.should_exit = True
            self._server.force_exit = True
        if self._thread is not None:
            self._thread.join(timeout=10)
        if self._socket is not None:
            self._socket.close()


class DemoProcess:
    """A generated company served by a child process. The child ends with the `with` block."""

    def __init__(
        self,
        *,
        incidents: int | None = None,
        until: datetime | None = None,
        seed: int | None = None,
        processes: int | None = None,
        rate_limits: bool = False,
        latency_ms: float = 0,
    ) -> None:
        self.api_key = DEFAULT_KEY
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        self._command = [sys.executable, "-m", "apps.demo_api", "--port", "0", "--follow-stdin"]
        self._command += ["--rate-limits", "on" if rate_limits else "off", "--latency-ms", str(latency_ms)]
        for option, value in (("--incidents", incidents), ("--seed", seed), ("--processes", processes)):
            if value is not None:
                self._command += [option, str(value)]
        if until is not None:
            self._command += ["--until", until.isoformat()]

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        if self._process is None:
            raise RuntimeError("the server is not running: use it in a with statement")
        return self._process.pid

    def __enter__(self) -> DemoProcess:
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith("http://"):
            self._stop()
            raise RuntimeError(f"the demo API did not start: {' '.join(self._command)}")
        self.url = line.strip()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None
