"""What was asked of the server, for tests and for the page `/__demo/requests`. Never holds a key."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class LoggedRequest:
    """One answered request; `query` keeps order and repeats."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    status: int
    key_name: str | None
    response_bytes: int

    def values(self, name: str) -> list[str]:
        """All values of one query parameter."""
        return [value for key, value in self.query if key == name]


class RequestLog:
    """The latest requests in order, and counts of all of them."""

    def __init__(self, keep: int = 50_000) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=keep)
        self._counts: Counter[tuple[str, int]] = Counter()

    def add(self, request: LoggedRequest) -> None:
        """Record one answer."""
        self._requests.append(request)
        self._counts[request.path, request.status] += 1

    def clear(self) -> None:
        """Forget everything so far."""
        self._requests.clear()
        self._counts.clear()

    def __len__(self) -> int:
        return sum(self._counts.values())

    def __iter__(self) -> Any:
        return iter(list(self._requests))

    def to(self, path: str) -> list[LoggedRequest]:
        """The kept requests to one path, in order."""
        return [request for request in self if request.path == path]

    def count(self, path: str | None = None, status: int | None = None) -> int:
        """How many requests there were, optionally to one path or with one status."""
        return sum(n for (p, s), n in self._counts.items() if path in (None, p) and status in (None, s))

    def as_json(self) -> dict[str, Any]:
        """Counts by path and status, and the kept requests."""
        by_path: dict[str, dict[str, int]] = {}
        for (path, status), n in sorted(self._counts.items()):
            by_path.setdefault(path, {})[str(status)] = n
        return {
            "total": len(self),
            "by_path": by_path,
            "requests": [asdict(request) for request in self._requests],
        }
