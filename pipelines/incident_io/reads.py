"""When the incidents in the warehouse were last read, out of the state that dlt stored with them.

The state is the only place that knows: a reading that found nothing new changes no row, and a full one is marked
nowhere else. It is taken from the warehouse and not from dlt's local folder, because it counts there only once the
load package it came with is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.incident_io.cursors import PIPELINE_NAME, TableState
from pipelines.warehouse import RAW_SCHEMA, WarehouseMissingError, read_only

STATE_TABLE = "_dlt_pipeline_state"


@dataclass(frozen=True)
class Reads:
    """Aware UTC instants, None for never.

    `read_at`: the local clock when the last reading of the incidents began. `swept_at`: `as_of` of the last full
    reading whose deletions were accepted.
    """

    read_at: datetime | None = None
    swept_at: datetime | None = None


def last_reads(warehouse: Path) -> Reads:
    """The times in the newest complete load; never, when nothing was loaded yet."""
    state = _stored_state(warehouse)
    return Reads(_instant(state, "read_at"), _instant(state, "swept_at") or _instant(state, "full_read_at"))


def _stored_state(warehouse: Path) -> TableState:
    from dlt.common.versioned_state import decompress_state  # noqa: PLC0415 - seconds, wanted only in a run

    try:
        with read_only(warehouse) as connection:
            tables = connection.execute(
                "select count(*) from duckdb_tables() where schema_name = ? and table_name in (?, '_dlt_loads')",
                [RAW_SCHEMA, STATE_TABLE],
            ).fetchone()
            if tables != (2,):
                return {}
            row = connection.execute(
                f"select stored.state from {RAW_SCHEMA}.{STATE_TABLE} as stored"
                f" inner join {RAW_SCHEMA}._dlt_loads as loads on stored._dlt_load_id = loads.load_id"
                " where stored.pipeline_name = ? and loads.status = 0 order by loads.load_id desc limit 1",
                [PIPELINE_NAME],
            ).fetchone()
    except WarehouseMissingError:
        return {}
    if row is None:
        return {}
    sources = decompress_state(row[0]).get("sources", {})
    state: TableState = sources.get(PIPELINE_NAME, {}).get("tables", {}).get("incidents", {})
    return state


def _instant(state: TableState, name: str) -> datetime | None:
    return datetime.fromisoformat(state[name]) if state.get(name) else None
