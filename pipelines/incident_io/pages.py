"""The page loop: where a list ends, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.incident_io.client import Client, Params
from pipelines.incident_io.endpoints import Endpoint
from pipelines.incident_io.errors import RepeatedCursorError
from pipelines.incident_io.identifiers import Row, with_text_ids

ATTEMPTS = 3


@dataclass(frozen=True)
class Page:
    """Rows of one answer and the list's total, which only some lists announce."""

    rows: list[Row]
    total: int | None


def read_pages(client: Client, endpoint: Endpoint, params: Params, behind: str | None = None) -> Iterator[Page]:
    """The non-empty pages of one list in the API's order, of the rows behind the one with the id `behind`.

    A list ends at an answer without `after` or at an empty page; the asked page size says nothing about the end,
    the API may cut it. What would end a list too early or never is asked for again, and when the API insists:

    - a cursor that leads back is replaced by the id of the last row, which is what a cursor is. If that leads back
      too, :class:`RepeatedCursorError` is raised, unless the page only repeats the one before it and no total says
      that there is more: then the list has ended;
    - an end before the announced total is believed: what the total counts is not documented.

    An entry without an id is an :class:`~pipelines.incident_io.errors.UnexpectedDataError`.
    """
    wanted: Params = [*endpoint.params, *params]
    if endpoint.page_size is not None:
        wanted.append(("page_size", str(endpoint.page_size)))
    used: list[str] = [behind] if behind else []
    before: set[str] = set()
    count_rows = repeats = 0
    while True:
        cursor = [("after", used[-1])] if used else []
        body = client.get(
            endpoint.path,
            endpoint.selector,
            wanted + cursor,
            scope=endpoint.scope,
            kind=endpoint.answer_kind,
            priority=endpoint.priority,
        )
        entries = body[endpoint.selector]
        if endpoint.unfold:
            entries = endpoint.unfold(entries, dict(wanted))
        rows = with_text_ids(endpoint.name, entries, endpoint.columns)
        after, total = _meta(body)
        if behind:
            total = None  # it counts the rows before as well
        count_so_far = count_rows + len(rows)
        has_next = endpoint.page_size is not None and rows and after
        is_last = not has_next or _ends_at_itself(after, used, count_so_far, total)
        leads_back = not is_last and after in used
        points_at_itself = is_last and bool(has_next) and total is None
        if leads_back or points_at_itself or (is_last and count_so_far < (total or 0)):
            repeats += 1
            if repeats < ATTEMPTS:
                continue
        if (leads_back or points_at_itself) and rows[-1]["id"] not in used:
            after, leads_back, is_last = rows[-1]["id"], False, False
        elif points_at_itself:
            leads_back = not {row["id"] for row in rows} <= before
        if leads_back:
            of_total = f" of {total}" if total is not None else ""
            raise RepeatedCursorError(
                f"GET {endpoint.path}: page {len(used) + 1} leads back to a page already read, {repeats} "
                f"times in a row, after {count_so_far}{of_total} rows. The rest of the list cannot be "
                "reached. Try again later, and report it to incident.io if it stays."
            )
        count_rows, repeats, before = count_so_far, 0, {row["id"] for row in rows}
        if rows:
            yield Page(rows, total)
        if is_last:
            return
        used.append(after)


def _meta(body: Row) -> tuple[str, int | None]:
    """The cursor to the next page, empty when there is none, and the announced total."""
    meta = body.get("pagination_meta") or {}
    total = meta.get("total_record_count")
    return str(meta.get("after") or ""), total if isinstance(total, int) else None


def _ends_at_itself(after: str, used: list[str], count_rows: int, total: int | None) -> bool:
    """Whether a repeated cursor is an older endpoint's way to end a list: told by the total, if there is one."""
    if after not in used:
        return False
    return after == used[-1] if total is None else count_rows >= total
