"""How one table is read, from its plan to its new state.

A table is read in this order: its plan, its list (or lists), a closing pass over what moved while the first pass
took more than one page, and, when everything was read, the search for rows that are gone. Only then is its new
state known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus

import pyarrow.compute as pc
from dlt.common.runtime import signals

from pipelines.incident_io.backfill import Window, resumed_from
from pipelines.incident_io.client import Client
from pipelines.incident_io.cursors import (
    WHOLE,
    Plan,
    Rules,
    TableState,
    Tail,
    overlapped,
    plan,
    state_after,
    state_after_window,
    tail_of,
)
from pipelines.incident_io.endpoints import BY_NAME, Endpoint
from pipelines.incident_io.enums import unknown_values
from pipelines.incident_io.errors import (
    CancelledError,
    InvalidRequestError,
    MissingScopeError,
    NotFoundError,
    UnexpectedDataError,
)
from pipelines.incident_io.landmarks import Landmarks
from pipelines.incident_io.pages import Page
from pipelines.incident_io.reading import Reading
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.rows import to_batch
from pipelines.incident_io.series import SERIES, Parents, Series
from pipelines.incident_io.stored import StoredRows
from pipelines.incident_io.sweep import find_deleted
from pipelines.incident_io.touched import incidents_wanted, touched_incidents
from pipelines.incident_io.walkers import Walk, Walked

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Account:
    """What all tables of a run share: where to read from, what is stored, by which rules, and whom to tell.

    `series_pool` walks the series of a table at once, `walker_pool` the parts of one long list; they are two,
    because whoever walks a series waits for its walkers.
    """

    client: Client
    parents: Parents
    stored: StoredRows | None
    report: ExtractReport
    rules: Rules
    as_of: datetime
    full_refresh: bool
    series_pool: Executor
    walker_pool: Executor
    landmarks: Landmarks
    progress: Progress | None


class TableReader:
    """Reads one table into `reading`; `other` gives the finished reading of another table."""

    def __init__(
        self,
        account: Account,
        endpoint: Endpoint,
        reading: Reading,
        state: TableState,
        other: Callable[[Endpoint], Reading],
    ) -> None:
        self._account = account
        self._endpoint = endpoint
        self._reading = reading
        self._state = state
        self._other = other
        self._keeps_state = False

    def read(self) -> None:
        """Read the table; raises the API's errors other than a missing scope, which is noted in the report."""
        report, endpoint, reading = self._account.report, self._endpoint, self._reading
        report.add_rows(endpoint.name, 0)
        try:
            self._read_lists()
            accepted = self._find_deleted()
            reading.state = self._state_after(accepted)
        except MissingScopeError as error:
            report.miss(endpoint.name, error.scope)
        except BaseException:
            reading.spool.close()
            raise
        reading.finish()
        count_loaded = sum(file.count_rows for file in reading.files)
        report.settle_rows(endpoint.name, count_loaded - report.deleted.get(endpoint.name, 0))

    def _read_lists(self) -> None:
        endpoint, reading = self._endpoint, self._reading
        if endpoint.is_per_incident:
            self._choose_incidents()
        elif endpoint.cursor == "tail" and not reading.plan.is_full and reading.plan.tail is None:
            self._narrow_to_touched()
        walked = self._walk_all(reading.plan)
        if endpoint.cursor == "tail" and reading.plan.incident_ids is None:
            self._follow_tail(walked[0])
        elif endpoint.cursor in ("day", "instant") and reading.plan.last is None:
            self._read_what_moved()

    def _choose_incidents(self) -> None:
        account, reading = self._account, self._reading
        rule = account.rules.per_incident[self._endpoint.name]
        incidents = self._incidents() if rule.is_wanted else None
        if incidents is None:
            # Not wanted, or what changed cannot be told: nothing is asked, and a later run sees the same changes.
            reading.plan = replace(reading.plan, incident_ids=())
            self._keeps_state = True
            return
        wanted = incidents_wanted(
            incidents,
            self._state,
            account.stored,
            is_full=reading.plan.is_full,
            as_of=account.as_of,
            rule=rule,
        )
        budget = rule.requests
        reading.owed = wanted[budget:]
        if reading.owed:
            account.report.warn(
                f"{self._endpoint.name}: {budget:,} incidents were asked about in this run, {len(reading.owed):,} "
                f"wait for the next ones; {rule.setting} allows more"
            )
        reading.plan = replace(reading.plan, incident_ids=tuple(wanted[:budget]))
        reading.began = min(incidents.began, reading.began)

    def _narrow_to_touched(self) -> None:
        """Ask by incident for those that changed; for everything when that takes no more requests, or when it
        cannot be told what changed."""
        endpoint, reading, stored = self._endpoint, self._reading, self._account.stored
        assert stored is not None
        assert endpoint.page_size is not None
        incidents = self._incidents()
        touched = touched_incidents(incidents, self._state, stored) if incidents else None
        if touched is None or len(touched) >= -(-stored.count(endpoint.name) // endpoint.page_size):
            reading.plan = Plan(reading.plan.start)
            return
        assert incidents is not None
        reading.plan = replace(reading.plan, incident_ids=tuple(touched))
        reading.began = min(incidents.began, reading.began)

    def _incidents(self) -> Reading | None:
        """The incidents of this run; None when they did not fit their columns, which their own table reports."""
        try:
            return self._other(BY_NAME["incidents"])
        except UnexpectedDataError:
            return None

    def _follow_tail(self, walked: Walked) -> None:
        """See that the known end of the list turned up again, and what came in while a long list was read."""
        reading = self._reading
        before = reading.plan.tail
        if before is not None and not self._has_met(before, walked):
            reading.plan = Plan(reading.plan.start)
            before, walked = None, self._walk_all(reading.plan)[0]
        reading.tail = tail_of(
            before, first_id=walked.first_id, page_ends=walked.page_ends, direction=walked.direction
        )
        if before is None and walked.count_pages > 1 and walked.direction == -1 and walked.first_id is not None:
            # Newest first: what came in meanwhile stands before the page that was read first.
            self._walk(Series(until=walked.first_id), is_new=False)

    def _has_met(self, before: Tail, walked: Walked) -> bool:
        if before.after is None:
            return walked.has_met
        return bool(pc.any(pc.equal(self._reading.spool.ids(), before.until)).as_py())

    def _read_what_moved(self) -> None:
        """A record that changes after its page was read, or slips from a later page to an earlier one, is stale or
        missed; having changed, it is among those changed since the reading began."""
        endpoint, reading = self._endpoint, self._reading
        since = {
            partition: overlapped(endpoint, min(reading.latest.get(partition, reading.began), reading.began))
            for partition, count in reading.count_pages.items()
            if count > 1
        }
        if reading.plan.behind is not None:
            since = {WHOLE: overlapped(endpoint, reading.plan.behind)}
        if since:
            self._walk_all(replace(reading.plan, since=since, first=None), only=since, is_new=False)

    def _walk_all(self, of: Plan, only: Iterable[str] | None = None, *, is_new: bool = True) -> list[Walked]:
        """Walk the series of a plan, several at once; all of them have ended when this returns or raises."""
        series = [
            each
            for each in SERIES[self._endpoint.series](self._account.parents, of)
            if only is None or each.partition in only
        ]
        if len(series) == 1:
            return [self._walk(series[0], is_new=is_new)]
        futures = [self._account.series_pool.submit(self._walk, each, is_new=is_new) for each in series]
        failure: BaseException | None = None
        for future in futures:
            try:
                error = future.exception()
            except FutureCancelledError:
                # Never begun, because another one failed or the run is being closed.
                error = CancelledError("stopped because another part of the run failed")
            if error is not None and failure is None:
                failure = error
                for other in futures:
                    other.cancel()
        if failure is not None:
            raise failure
        return [future.result() for future in futures]

    def _walk(self, series: Series, *, is_new: bool = True) -> Walked:
        account, endpoint, reading = self._account, self._endpoint, self._reading
        nothing = Walked(None, [], 0, None, False)

        def take(page: Page) -> None:
            self._take(series, page, is_new=is_new)

        try:
            if series.known is not None:
                if series.known:
                    take(Page(series.known, None))
                walked = nothing
            else:
                walked = Walk(
                    account.client,
                    endpoint,
                    series,
                    take,
                    pool=account.walker_pool,
                    landmarks=account.landmarks,
                ).read()
        except NotFoundError:
            if series.child_of is None:
                raise
            account.report.warn(f"{endpoint.name}: {series.child_of} went away while reading and was skipped")
            return nothing
        except InvalidRequestError as error:
            if series.optional is None or error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            account.report.warn(series.optional)
            if series.instead is not None:
                return self._walk(series.instead, is_new=is_new)
            reading.is_complete = reading.is_complete and endpoint.partition is not None
            return nothing
        reading.finish_partition(series.partition)
        return walked

    def _take(self, series: Series, page: Page, *, is_new: bool) -> None:
        signals.raise_if_signalled()
        account, endpoint, reading = self._account, self._endpoint, self._reading
        batch = to_batch(endpoint.name, page.rows, endpoint.columns, series.constants, reading.load_id)
        reading.take(series.partition, batch)
        for unknown in unknown_values(endpoint.name, batch):
            account.report.note_unknown(*unknown)
        if series.unexpected and any(map(series.is_unexpected, page.rows)):
            account.report.warn(series.unexpected)
        if endpoint.name == "incidents":
            last = batch.slice(len(batch) - 1)
            moment = last.column("created_at")[0].as_py()
            if moment is not None:
                account.landmarks.add(moment, last.column("id")[0].as_py())
        count_rows = account.report.add_rows(endpoint.name, len(page.rows) if is_new else 0)
        if account.progress and is_new:
            account.progress(endpoint.name, count_rows, page.total)

    def _find_deleted(self) -> bool:
        """False when so many rows are missing that their absence is not believed."""
        account, endpoint, reading = self._account, self._endpoint, self._reading
        is_whole = reading.plan.is_full and reading.plan.first is None and reading.plan.last is None
        if not endpoint.finds_deletions or account.stored is None or not (is_whole or endpoint.is_per_incident):
            return True
        return find_deleted(
            endpoint,
            reading,
            parents=account.parents,
            stored=account.stored,
            report=account.report,
            as_of=account.as_of,
            force=account.full_refresh,
            look_again=self._look_again if self._can_hide_rows else None,
        )

    @property
    def _can_hide_rows(self) -> bool:
        """Whether rows can change their page without leaving a trace."""
        return self._endpoint.cursor is None and any(count > 1 for count in self._reading.count_pages.values())

    def _look_again(self) -> None:
        self._walk_all(self._reading.plan, is_new=False)

    def _state_after(self, accepted: bool) -> TableState | None:
        reading = self._reading
        if reading.plan.last is not None:
            return state_after_window(self._state, reading.plan, latest=reading.latest, began=reading.began)
        if self._endpoint.cursor is None or self._keeps_state:
            return None
        after = state_after(
            self._state,
            reading.plan,
            latest=reading.latest,
            began=reading.began,
            as_of=self._account.as_of,
            load_id=reading.load_id,
            accepted=accepted,
            tail=reading.tail,
        )
        if reading.owed is not None:
            after["owed"] = reading.owed
        return after


def planned(account: Account, endpoint: Endpoint, state: TableState, window: Window | None, start: Plan) -> Plan:
    """The plan of a table in this run; `window`: only the incidents created in it, `start` holds the first day."""
    made = plan(
        endpoint,
        state,
        start.start,
        account.as_of,
        force_full=account.full_refresh or account.stored is None,
        sweep_every=account.rules.sweep_every,
    )
    if endpoint.name != "incidents":
        return made
    first = resumed_from(state, start.start)
    behind = datetime.fromisoformat(state["backfill"]["began"]) if first else None
    if window:
        return replace(made, first=window.first, last=window.last, behind=behind)
    return replace(made, first=first, behind=behind)


def utc_now() -> datetime:
    """The local clock, as an aware UTC instant."""
    return datetime.now(UTC)
