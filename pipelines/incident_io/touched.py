"""Which incidents' histories to read: their updates have no filter by time, only one by incident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.incident_io.cursors import INSTANT_OVERLAP, WHOLE, Plan, TableState
from pipelines.incident_io.endpoints import BY_NAME, Endpoint
from pipelines.incident_io.rows import UTC_MICROSECONDS
from pipelines.incident_io.stored import StoredRows

if TYPE_CHECKING:
    from pipelines.incident_io.extraction import Reading


def narrowed_to_touched(
    endpoint: Endpoint,
    reading: Reading,
    state: TableState,
    read: Callable[[Endpoint], Reading],
    stored: StoredRows,
) -> tuple[Plan, datetime]:
    """The plan for the children of incidents and the moment it speaks for.

    Only the incidents that changed since the children were last read, or, when that would take as many requests
    as the whole list or cannot be told, everything.
    """
    incidents = read(BY_NAME["incidents"])
    since = datetime.fromisoformat(state["read_at"]) - INSTANT_OVERLAP
    reaches_back = incidents.plan.is_full or incidents.plan.since.get(WHOLE, since) <= since
    if incidents.state is None or incidents.ids is None or not reaches_back:
        return Plan(reading.plan.start), reading.began
    # Rows that the sweep added as deleted come last, and nothing new can be read of them.
    stamps = pa.chunked_array(incidents.stamps, UTC_MICROSECONDS)
    listed = pa.table({"id": incidents.ids.slice(0, len(stamps)), "updated_at": stamps})
    touched = stored.changed("incidents", listed, since=since, last_load_id=state["load_id"])
    assert endpoint.page_size is not None
    if len(touched) >= -(-stored.count(endpoint.name) // endpoint.page_size):
        return Plan(reading.plan.start), reading.began
    return replace(reading.plan, incident_ids=tuple(touched)), min(incidents.began, reading.began)
