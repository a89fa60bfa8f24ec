"""The page loop: where a list ends, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.incident_io.client import Client, Params
from pipelines.incident_io.endpoints import Endpoint
from pipelines.incident_io.errors import RepeatedCursorError

REPEATED_CURSOR_ATTEMPTS = 3
Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Rows of one answer and the list's total, which only some lists announce."""

    rows: list[Row]
    total: int | None


def read_pages(
    client: Client, endpoint: Endpoint, params: Params, after: str | None = None
) -> Iterator[Page]:
    """The non-empty pages of one list in the API's order, from the row behind the id `after` on.

    A list ends at an answer without `after`, at an empty page, or, on older endpoints, at an `after` that repeats
    the one just asked with. The asked page size says nothing about the end, the API may cut it. A cursor that
    leads anywhere else already read would end the list too early or never: the page is asked for again, and if the
    API insists, :class:`RepeatedCursorError` is raised.
    """
    wanted: Params = [*endpoint.params, *params]
    if endpoint.page_size is not None:
        wanted.append(("page_size", str(endpoint.page_size)))
    used: list[str] = [after] if after else []
    count_rows = repeats = 0
    while True:
        cursor = [("after", used[-1])] if used else []
        body = client.get(
            endpoint.path, endpoint.selector, wanted + cursor, scope=endpoint.scope, priority=endpoint.priority
        )
        rows = body[endpoint.selector]
        if not rows:
            return
        meta = body.get("pagination_meta") or {}
        following: str = meta.get("after") or ""
        total: int | None = meta.get("total_record_count")
        count_so_far = count_rows + len(rows)
        is_last = endpoint.page_size is None or not following or _ends_at_itself(following, used, count_so_far, total)
        if not is_last and following in used:
            repeats += 1
            if repeats == REPEATED_CURSOR_ATTEMPTS:
                of_total = f" of {total}" if total is not None else ""
                raise RepeatedCursorError(
                    f"GET {endpoint.path}: page {len(used) + 1} leads back to a page already read, {repeats} "
                    f"times in a row, after {count_so_far}{of_total} rows. The rest of the list cannot be "
                    "reached. Try again later, and report it to incident.io if it stays."
                )
            continue
        count_rows, repeats = count_so_far, 0
        yield Page(rows, total)
        if is_last:
            return
        used.append(following)


def _ends_at_itself(after: str, used: list[str], count_rows: int, total: int | None) -> bool:
    """Whether a repeated cursor is an older endpoint's way to end a list: told by the total, if there is one."""
    if after not in used:
        return False
    return after == used[-1] if total is None else count_rows >= total
