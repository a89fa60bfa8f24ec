"""One list, read by as many walkers at once as its quota can use.

A cursor leads from page to page, so a list by itself is read one page after another, and a slow network then costs
more than the API's limits do. A walker that has far to go gives away the later half of its way to a new one and
stops where that one began:

- *by day*: lists that can be asked for by day of creation. The new walker asks for its days. Rows are in the order
  of creation there; a walker that meets a row out of order does not stop early, so that nothing can be lost.
- *by incident*: lists without a filter by time. The new walker begins behind a row in the middle of the list,
  found by asking for one incident of about that time, and every walker stops where it meets the row another one
  began at. That is right in whatever order the API lists.

Giving away costs half a page on average, so a way is only cut when both halves are worth many pages, and only
while the quota leaves room for one more walker. Rows read twice are dropped by the spool.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from pipelines.incident_io.client import Client, Params
from pipelines.incident_io.endpoints import Endpoint
from pipelines.incident_io.errors import InvalidRequestError, NotFoundError
from pipelines.incident_io.landmarks import Landmarks
from pipelines.incident_io.pages import Page, Row, read_pages
from pipelines.incident_io.series import Series, created_params

MOST_WALKERS = 8
LEAST_PAGES_TO_SPLIT = 30
# The zone of the day filter is not documented: a day begins and ends somewhere within this of its UTC bounds.
ZONE_SLACK = timedelta(hours=14)

Span = tuple[date | None, date | None]


class _Order:
    """Whether values come in one order: `direction` is 1 for rising ones, -1 for falling ones, 0 when one was
    out of order, and None while nothing is known."""

    def __init__(self) -> None:
        self.direction: int | None = None
        self._last: Any = None

    def look_at(self, values: list[Any]) -> None:
        if None in values:
            self.direction = 0
            return
        steps = values if self._last is None else [self._last, *values]
        signs = {(later > earlier) - (later < earlier) for earlier, later in pairwise(steps)} - {0}
        if self.direction is not None:
            signs.add(self.direction)
        if signs:
            self.direction = signs.pop() if len(signs) == 1 else 0
        self._last = values[-1]


@dataclass
class _Walker:
    """A way through a list: what it asks for, how far it is, and where it stops because another one goes on.

    `days_left`: the days of creation that it has not given away, None for an open end. `origin` and `latest` are
    the creation of its first and of its last row so far; `end_at` is where it expects to end, `stop_at` where
    another walker goes on for certain.
    """

    pages: Iterator[Page]
    days_left: Span = (None, None)
    start: str | None = None
    end_at: datetime | None = None
    stop_at: datetime | None = None
    origin: datetime | None = None
    latest: datetime | None = None
    by_time: _Order = field(default_factory=_Order)
    by_id: _Order = field(default_factory=_Order)
    count_pages: int = 0
    page_ends: list[str] = field(default_factory=list)
    has_ended: bool = False

    @property
    def trend(self) -> int:
        """1 when later rows are younger, -1 when they are older, 0 when that cannot be told."""
        if self.origin is None or self.latest is None:
            return 0
        return (self.latest > self.origin) - (self.latest < self.origin)

    def look_at(self, page: Page) -> None:
        """Note position and order of a page."""
        self.count_pages += 1
        self.page_ends = [*self.page_ends[-1:], str(page.rows[-1].get("id"))]
        moments = [created_at(row) for row in page.rows]
        self.by_time.look_at(moments)
        self.by_id.look_at([str(row.get("id")) for row in page.rows])
        known = [moment for moment in moments if moment is not None]
        if known:
            self.origin = self.origin or known[0]
            self.latest = known[-1]


@dataclass(frozen=True)
class Walked:
    """How a finished walk found its list: the id of its first row, those of the last rows of its last two pages
    (the end of the list last), pages read, and its order: 1 oldest first, -1 newest first, None when that is
    unclear. `has_met`: whether the row `until` of the series turned up."""

    first_id: str | None
    page_ends: list[str]
    count_pages: int
    direction: int | None
    has_met: bool


class Walk:
    """Reads one series of an endpoint; `consume` gets every page, from several threads at once."""

    def __init__(
        self,
        client: Client,
        endpoint: Endpoint,
        series: Series,
        consume: Callable[[Page], None],
        *,
        pool: Executor | None = None,
        landmarks: Landmarks | None = None,
        now: datetime | None = None,
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._series = series
        self._consume = consume
        self._pool = pool if endpoint.forks else None
        self._landmarks = landmarks
        self._now = now or datetime.now(UTC)
        self._lock = threading.Lock()
        self._active = 1
        self._count_pages = 0
        self._walkers: list[_Walker] = []
        self._futures: list[Future[None]] = []
        self._starts: set[str] = set()
        self._failed = False
        self._first_id: str | None = None
        self._has_met = False

    def read(self) -> Walked:
        """Read to the end; raises what reading a page or `consume` raises, once every walker has stopped."""
        series = self._series
        first = self._walker(series.created, series.after)
        try:
            self._run(first)
        finally:
            # Walkers may still give away parts while others are waited for.
            position = 0
            while position < len(self._futures):
                self._futures[position].exception()
                position += 1
        for future in self._futures:
            future.result()
        ended = next((walker for walker in self._walkers if walker.has_ended), first)
        return Walked(self._first_id, ended.page_ends, self._count_pages, self._direction(), self._has_met)

    def _direction(self) -> int | None:
        """The order of the whole list, by creation or, where the rows do not say that, by id."""
        for orders in (
            {walker.by_time.direction for walker in self._walkers},
            {walker.by_id.direction for walker in self._walkers},
        ):
            known = orders - {None}
            if known in ({1}, {-1}):
                return known.pop()
        return None

    def _walker(self, created: Span, start: str | None) -> _Walker:
        params = [*self._series.params, *created_params(*created)]
        walker = _Walker(read_pages(self._client, self._endpoint, params, start), created, start)
        self._walkers.append(walker)
        return walker

    def _run(self, walker: _Walker, first_page: Page | None = None) -> None:
        try:
            if first_page is not None and not self._take(walker, first_page):
                return
            for page in walker.pages:
                if not self._take(walker, page):
                    return
            walker.has_ended = True
        except BaseException:
            self._failed = True
            raise
        finally:
            with self._lock:
                self._active -= 1

    def _take(self, walker: _Walker, page: Page) -> bool:
        """Consume a page; False when the walker is done."""
        self._consume(page)
        with self._lock:
            self._count_pages += 1
            if self._first_id is None and walker is self._walkers[0]:
                self._first_id = str(page.rows[0].get("id"))
        walker.look_at(page)
        if self._failed or self._is_past_its_end(walker, page) or self._has_come_far_enough(page):
            return False
        self._give_away(walker)
        return True

    def _has_come_far_enough(self, page: Page) -> bool:
        """Whether the page before this one held the row that ends the walk: one page of overlap is read."""
        wanted, met_before = self._series.until, self._has_met
        if wanted is None:
            return False
        self._has_met = met_before or any(row.get("id") == wanted for row in page.rows)
        return met_before and self._series.after is None

    def _is_past_its_end(self, walker: _Walker, page: Page) -> bool:
        direction = walker.by_time.direction
        if walker.stop_at is not None and walker.latest is not None and direction:
            return (walker.latest - walker.stop_at) * direction > timedelta(0)
        with self._lock:
            others = self._starts - {walker.start}
        return bool(others) and not others.isdisjoint(row.get("id") for row in page.rows)

    def _give_away(self, walker: _Walker) -> None:
        """Let another walker read the later half, if that is worth it and the quota has room for one more."""
        if self._pool is None or self._series.until is not None or self._middle(walker) is None:
            return
        useful = min(MOST_WALKERS, 2 * self._client.useful_walkers(self._endpoint.path))
        with self._lock:
            if self._active >= math.ceil(useful):
                return
            self._active += 1
        try:
            taken = self._by_day(walker) if self._endpoint.forks == "by_day" else self._by_incident(walker)
        except BaseException:
            with self._lock:
                self._active -= 1
            raise
        if taken is None:
            with self._lock:
                self._active -= 1
            return
        self._futures.append(self._pool.submit(self._run, *taken))

    def _middle(self, walker: _Walker) -> datetime | None:
        """The middle of the time still ahead; None when it does not hold enough pages to share."""
        is_ordered = bool(walker.by_time.direction) or self._endpoint.forks == "by_incident"
        if walker.latest is None or walker.origin is None or not walker.trend or not is_ordered:
            return None
        if walker.end_at is None:
            walker.end_at = self._far_end(walker)
        if walker.end_at is None:
            return None
        covered, ahead = walker.latest - walker.origin, walker.end_at - walker.latest
        pages_ahead = walker.count_pages * (ahead / covered)
        return None if pages_ahead < LEAST_PAGES_TO_SPLIT else walker.latest + ahead / 2

    def _far_end(self, walker: _Walker) -> datetime | None:
        first, last = walker.days_left
        if walker.trend == 1:
            return _midnight(last) if last else self._now
        if first:
            return _midnight(first)
        return self._landmarks.earliest() if self._landmarks else None

    def _by_day(self, walker: _Walker) -> tuple[_Walker, Page] | None:
        oldest_first = walker.trend == 1
        middle_at = self._middle(walker)
        if middle_at is None or walker.latest is None:
            return None
        middle = middle_at.date()
        bound = _midnight(middle)
        if abs(bound - walker.latest) <= 2 * ZONE_SLACK:
            return None
        first, last = walker.days_left
        child = self._walker((middle, last) if oldest_first else (first, middle), None)
        try:
            page = next(child.pages, None)
        except InvalidRequestError:
            self._pool = None
            return None
        child.end_at = walker.end_at
        if page is None:
            # Nothing there now, but there may be in a moment: the walker still goes to the end itself.
            walker.end_at = middle_at
            return None
        edge = created_at(page.rows[0])
        expected = bound - ZONE_SLACK if oldest_first else bound + timedelta(days=1) + ZONE_SLACK
        if edge is None or (edge < expected if oldest_first else edge > expected):
            # The filter was not honoured: the list has to be read in one go.
            self._pool = None
            return None
        day = timedelta(days=1)
        walker.days_left = (first, middle - day) if oldest_first else (middle + day, last)
        walker.end_at = middle_at
        walker.stop_at = bound + ZONE_SLACK if oldest_first else bound + timedelta(days=1) - ZONE_SLACK
        return child, page

    def _by_incident(self, walker: _Walker) -> tuple[_Walker, Page] | None:
        middle = self._middle(walker)
        if middle is None or walker.latest is None or walker.end_at is None or self._landmarks is None:
            return None
        low, high = sorted((walker.latest, walker.end_at))
        for incident_id in self._landmarks.near(middle, low, high):
            found = self._probe(incident_id, low, high)
            if found is None:
                continue
            start, moment = found
            child = self._walker(walker.days_left, start)
            try:
                page = next(child.pages, None)
            except NotFoundError:
                continue
            if page is None:
                continue
            child.end_at, walker.end_at = walker.end_at, moment
            with self._lock:
                self._starts.add(start)
            return child, page
        walker.end_at = middle
        return None

    def _probe(self, incident_id: str, low: datetime, high: datetime) -> tuple[str, datetime] | None:
        """A row of that incident between two moments: its id and its creation."""
        endpoint = self._endpoint
        params: Params = [("incident_id", incident_id), ("page_size", str(endpoint.page_size))]
        try:
            body = self._client.get(
                endpoint.path, endpoint.selector, params, scope=endpoint.scope, priority=endpoint.priority
            )
        except NotFoundError:
            return None
        for row in body[endpoint.selector]:
            moment = created_at(row)
            if moment is not None and low < moment < high and row.get("incident_id", incident_id) == incident_id:
                return str(row["id"]), moment
        return None


def created_at(row: Row) -> datetime | None:
    """When a record was made, or that which it links: incident alerts carry no time of their own."""
    text = row.get("created_at")
    if text is None and isinstance(row.get("alert"), dict):
        text = row["alert"].get("created_at")
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
