"""Which incidents to ask about, where a list has no filter by time or there is no list at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.incident_io.cursors import INSTANT_OVERLAP, WHOLE, PerIncident, TableState
from pipelines.incident_io.rows import UTC_MICROSECONDS
from pipelines.incident_io.stored import StoredRows

if TYPE_CHECKING:
    from pipelines.incident_io.extraction import Reading

# Attaching something, or joining, does not touch the incident, and most of it happens while the incident is young.
YOUNG = timedelta(days=7)


def listed_incidents(incidents: Reading) -> pa.Table:
    """`id`, `created_at` and `updated_at` of the incidents that this run has read, deleted ones left out."""
    stamps = pa.chunked_array(incidents.stamps, UTC_MICROSECONDS)
    created = pa.chunked_array(incidents.created, UTC_MICROSECONDS)
    # Rows that the sweep added as deleted come last, and nothing new can be read of them.
    ids = (incidents.ids if incidents.ids is not None else pa.chunked_array([], pa.string())).slice(0, len(stamps))
    return pa.table({"id": ids, "created_at": created, "updated_at": stamps})


def touched_incidents(incidents: Reading, state: TableState, stored: StoredRows) -> list[str] | None:
    """Incidents that changed since their children were last read, by id; None when that cannot be told."""
    since = datetime.fromisoformat(state["read_at"]) - INSTANT_OVERLAP
    reaches_back = incidents.plan.is_full or incidents.plan.since.get(WHOLE, since) <= since
    if incidents.state is None or not reaches_back:
        return None
    return stored.changed("incidents", listed_incidents(incidents), since=since, last_load_id=state["load_id"])


def incidents_wanted(
    incidents: Reading,
    state: TableState,
    stored: StoredRows | None,
    *,
    is_full: bool,
    as_of: datetime,
    rule: PerIncident,
) -> list[str]:
    """Incidents to ask about one by one, most wanted first; what a budget leaves over is owed to the next run.

    In full: those that changed, and those created in the last days of the rule, newest first. Otherwise those
    that changed, young ones, and what earlier runs owe.
    """
    listed = listed_incidents(incidents)
    touched = touched_incidents(incidents, state, stored) if stored and "read_at" in state else None
    stored = stored or StoredRows.nothing()
    if is_full or touched is None:
        recent = stored.created_since("incidents", listed, as_of - timedelta(days=rule.days))
        return list(dict.fromkeys([*(touched or []), *recent]))
    young = stored.created_since("incidents", listed, as_of - YOUNG)
    return list(dict.fromkeys([*touched, *young, *state.get("owed", [])]))
