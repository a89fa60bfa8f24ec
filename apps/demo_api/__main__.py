"""`python -m apps.demo_api`: serve a generated company on loopback; the URL is the first line on stdout."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from datetime import datetime

from apps.demo_api.access import DEFAULT_KEY
from apps.demo_api.company import DEFAULT_INCIDENTS, DEFAULT_SEED
from apps.demo_api.serve import serve


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no UTC offset: write it like 2026-11-23T12:00:00Z")
    return moment


def _end_with_stdin() -> None:
    """A server started by a test must not outlive it, however the test ends."""
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m apps.demo_api", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback)")
    parser.add_argument("--port", type=int, default=8099, help="port; 0 takes a free one (default: 8099)")
    parser.add_argument("--incidents", type=int, default=DEFAULT_INCIDENTS, help="size of the company's history")
    parser.add_argument(
        "--until", type=_instant, help="instant after which nothing has happened yet (default: now)"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another number makes another history")
    parser.add_argument(
        "--processes", type=int, default=1, help="draw a very large history with several processes"
    )
    parser.add_argument(
        "--rate-limits", choices=("on", "off"), default="on", help="429 as the real API (default: on)"
    )
    parser.add_argument(
        "--retry-after", choices=("seconds", "date"), default="seconds", help="form of that header"
    )
    parser.add_argument("--latency-ms", type=float, default=0, help="wait so long before every answer")
    parser.add_argument(
        "--api-key-env", help=f"environment variable holding the accepted key (default: {DEFAULT_KEY})"
    )
    parser.add_argument("--follow-stdin", action="store_true", help="end when standard input is closed")
    options = parser.parse_args()
    api_key = os.environ.get(options.api_key_env, "") if options.api_key_env else DEFAULT_KEY
    if not api_key:
        parser.error(f"--api-key-env: the environment variable {options.api_key_env} is not set")
    if options.follow_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    serve(
        host=options.host,
        port=options.port,
        incidents=options.incidents,
        until=options.until,
        seed=options.seed,
        processes=options.processes,
        rate_limits=options.rate_limits == "on",
        retry_after=options.retry_after,
        latency_ms=options.latency_ms,
        api_key=api_key,
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"cannot listen: {error.strerror or error}; --port 0 takes a free port")
