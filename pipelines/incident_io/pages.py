"""The page loop: where a list ends, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.incident_io.client import Client, Params
from pipelines.incident_io.endpoints import Endpoint

Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Rows of one answer and the list's total, which only some lists announce."""

    rows: list[Row]
    total: int | None


def read_pages(client: Client, endpoint: Endpoint, params: Params) -> Iterator[Page]:
    """The non-empty pages of one list, in the API's order.

    A list ends at an answer without `after`, at an empty page, or at a cursor that was used before: older
    endpoints send `after` on the last page too. The asked page size says nothing about the end, the API may cut
    it.
    """
    wanted: Params = [*endpoint.params, *params]
    if endpoint.page_size is not None:
        wanted.append(("page_size", str(endpoint.page_size)))
    used: set[str] = set()
    cursor: Params = []
    while True:
        body = client.get(endpoint.path, endpoint.selector, wanted + cursor, scope=endpoint.scope)
        rows = body[endpoint.selector]
        if not rows:
            return
        meta = body.get("pagination_meta") or {}
        yield Page(rows, meta.get("total_record_count"))
        after = meta.get("after")
        if endpoint.page_size is None or not after or after in used:
            return
        used.add(after)
        cursor = [("after", after)]
