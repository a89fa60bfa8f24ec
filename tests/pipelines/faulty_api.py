"""The small incident.io with a living account behind it, answering wrongly as a plan says.

Lists are paged by keys, as real ones are: a page holds what comes after the row that the cursor names, wherever
that row stood when the cursor was given out, or, with `follows_cursors`, wherever it stands now.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.pipelines.fake_api import ENDPOINTS, NOT_PAGINATED, WITH_TOTAL, Answer, FakeApi, error
from tests.pipelines.living_account import BY_NAME, LivingAccount, Row

Params = dict[str, list[str]]
Fault = Callable[[random.Random, Answer], Answer]
STALL_SECONDS = 0.8


def throttled(chance: random.Random, answer: Answer) -> Answer:
    """429 in every form of asking to wait: seconds, date, in the body alone, not at all."""
    now = datetime.now(UTC)
    form = chance.choice(["seconds", "date", "body", "old body", "nothing"])
    body = {"type": "too_many_requests", "status": 429, "errors": [{"code": "too_many_requests", "message": "x"}]}
    if form == "body":
        body["rate_limit"] = {"retry_after": (now + timedelta(milliseconds=50)).isoformat()}
    if form == "old body":
        body["rate_limit"] = {"retry_after": format_datetime(now, usegmt=True)}
    wish = {"seconds": "0", "date": format_datetime(now.replace(microsecond=0), usegmt=True)}.get(form)
    return Answer(429, body, {"Retry-After": wish} if wish else {})


def truncated(chance: random.Random, answer: Answer) -> Answer:
    """JSON cut off somewhere, with status 200 and a matching length."""
    return Answer(200, answer.body[: chance.randrange(len(answer.body))])


def another_envelope(chance: random.Random, answer: Answer) -> Answer:
    """Well-formed JSON, but not the list that was asked for."""
    body = json.loads(answer.body)
    name = next(iter(body))
    others = [{"data": body[name]}, [body], {name: None}, {name: {"a": 1}}, {name: "x"}, None, 5]
    if "pagination_meta" in body:
        others += [{**body, "pagination_meta": "next"}, {**body, "pagination_meta": {"after": {"id": "x"}}}]
    return Answer(200, chance.choice(others))


def broken_connection(chance: random.Random, answer: Answer) -> Answer:
    """Closed or reset, before the answer or within its body."""
    broken = Answer(200, answer.body, drop=chance.random() < 0.5)
    broken.cut = chance.randrange(len(answer.body))
    broken.resets = chance.random() < 0.5
    return broken


def stalled(chance: random.Random, answer: Answer) -> Answer:
    """Nothing for longer than the client waits, before the answer or within its body."""
    late = Answer(200, answer.body)
    late.cut = chance.choice([None, chance.randrange(len(answer.body))])
    late.stall = STALL_SECONDS
    return late


def not_json(chance: random.Random, answer: Answer) -> Answer:
    """A page for people, plain words, or nothing at all, with status 200."""
    html = b"<!doctype html><html><body>Maintenance</body></html>"
    return Answer(200, chance.choice([html, b"upstream error", b"", b"\xff\xfe\x00", b"NaN"]))


def server_error(chance: random.Random, answer: Answer) -> Answer:
    """5xx and 408, with JSON, HTML or no body; a 503 may ask to wait."""
    status = chance.choice([500, 502, 503, 504, 408])
    headers = {"Retry-After": "0"} if status == 503 and chance.random() < 0.5 else {}
    return Answer(status, chance.choice([b"", b"<html>bad gateway</html>", b'{"type": "api_error"}']), headers)


def refused_key(chance: random.Random, answer: Answer) -> Answer:
    """The key was revoked."""
    return error(401, "access_token_invalid", "the token is not valid")


PASSING: dict[str, Fault] = {
    "throttled": throttled,
    "server error": server_error,
    "broken connection": broken_connection,
    "truncated": truncated,
    "not json": not_json,
    "another envelope": another_envelope,
    "stalled": stalled,
}


class FaultyApi(FakeApi):
    """`plan(number, path)` names the fault of a request, counted from 1 in each run, or None; `on_request` is
    called before each answer is made. What was injected is counted in `injected`.
    """

    def __init__(self, account: LivingAccount, seed: int) -> None:
        super().__init__()
        self.account = account
        self.chance = random.Random(f"api {seed}")
        self.page_sizes = {table: self.chance.randint(2, 7) for table in ENDPOINTS.values()}
        self.newest_first = {
            table for table in ("incident_updates", "incident_alerts") if self.chance.random() < 0.5
        }
        self.follows_cursors = False
        self.plan: Callable[[int, str], str | None] = lambda number, path: None
        self.on_request: Callable[[], None] = lambda: None
        self.injected: Counter[str] = Counter()
        self._count = 0
        self._lock = threading.RLock()
        self._places: dict[tuple[str, str], Any] = {}
        self._cursors: dict[str, list[str]] = {}

    def new_run(self) -> None:
        """Count requests from 1 again, and forget the cursors of the run before."""
        self._count = 0
        self._cursors.clear()

    def answer(self, path: str, params: Params, authorization: str | None) -> Answer:
        with self._lock:
            self._count += 1
            self.on_request()
            self.rows = {table: self._in_order(table, rows) for table, rows in self.account.rows.items()}  # type: ignore[assignment]
            for table in ENDPOINTS.values():
                self.rows.setdefault(table, [])
            self._cursors.setdefault(ENDPOINTS.get(path, "") + _filters(params), []).extend(
                params.get("after", [])
            )
            right = super().answer(path, params, authorization)
            name = self.plan(self._count, path)
            if name is None or right.status != 200:
                return right
            wrong = self._wrong(name, path, params, right)
            if wrong is None:
                return right
            self.injected[name] += 1
            return wrong

    def _wrong(self, name: str, path: str, params: Params, right: Answer) -> Answer | None:
        if name == "refused key":
            return refused_key(self.chance, right)
        if name == "leads back":
            return self._leading_back(ENDPOINTS.get(path, "") + _filters(params), right)
        return PASSING[name](self.chance, right)

    def _leading_back(self, walk: str, right: Answer) -> Answer | None:
        """The right rows with a cursor that this walk was asked with before; None where there is none."""
        body = json.loads(right.body)
        used = self._cursors.get(walk)
        if not body.get("pagination_meta", {}).get("after") or not used:
            return None
        body["pagination_meta"]["after"] = self.chance.choice(used)
        return Answer(200, body)

    def _page(self, name: str, rows: list[Row], params: Params) -> Answer:
        if name in NOT_PAGINATED:
            return super()._page(name, rows, params)
        size = min(int(params.get("page_size", ["25"])[0]), self.page_sizes[name])
        key = self._key(name)
        left = rows
        if after := params.get("after"):
            place = self._place(name, after[0])
            left = [row for row in rows if self._is_behind(name, key(row), place)]
        page = left[:size]
        meta: dict[str, Any] = {"page_size": size}
        if len(left) > size:
            meta["after"] = page[-1]["id"]
            self._places[(name, page[-1]["id"])] = key(page[-1])
        if name in WITH_TOTAL:
            meta["total_record_count"] = len(rows)
        shown = [{key: value for key, value in row.items() if key[0] != "_"} for row in page]
        return Answer(200, {name: shown, "pagination_meta": meta})

    def _place(self, name: str, cursor: str) -> Any:
        if self.follows_cursors:
            for row in self.rows[name]:
                if row["id"] == cursor:
                    return self._key(name)(row)
        for row in self.account.versions[name].get(cursor, [])[-1:]:
            return self._places.get((name, cursor), self._key(name)(row))
        return self._places[(name, cursor)]

    def _is_behind(self, name: str, key: Any, place: Any) -> bool:
        return bool(key < place) if name in self.newest_first else bool(key > place)

    def _in_order(self, name: str, rows: list[Row]) -> list[Row]:
        return sorted(rows, key=self._key(name), reverse=name in self.newest_first)

    @staticmethod
    def _key(name: str) -> Callable[[Row], Any]:
        if name == "incidents":
            return lambda row: (row["created_at"], row["id"])
        if name in BY_NAME:
            return lambda row: (row.get("name", row.get("value")), row["id"])
        return lambda row: row["id"]


def _filters(params: Params) -> str:
    """What tells one walk through a list from another."""
    return repr(sorted((name, values) for name, values in params.items() if name != "after"))
