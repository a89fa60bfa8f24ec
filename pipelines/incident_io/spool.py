"""Parquet files between the API and the load: rows go to disk as they arrive, so memory stays flat.

The loading library takes the files as they are and never looks at a row. It can also drop duplicates, but by
sorting whole rows inside DuckDB; here duplicates are found among the ids alone and only the files that hold one
are rewritten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.incident_io.rows import LOAD_ID

ROW_GROUP_BYTES = 32 * 2**20
FILE_BYTES = 512 * 2**20


@dataclass(frozen=True)
class SpoolFile:
    """A finished file and its number of rows."""

    path: Path
    count_rows: int


class Spool:
    """Collects record batches of one table into Parquet files under `folder`, each id at most once."""

    def __init__(
        self,
        folder: Path,
        table: str,
        schema: pa.Schema,
        *,
        row_group_bytes: int = ROW_GROUP_BYTES,
        file_bytes: int = FILE_BYTES,
    ) -> None:
        self._folder = folder
        self._table = table
        self._schema = schema
        self._row_group_bytes = row_group_bytes
        self._file_bytes = file_bytes
        self._pending: list[pa.RecordBatch] = []
        self._pending_bytes = 0
        self._written_bytes = 0
        self._writer: pq.ParquetWriter | None = None
        self._files: list[SpoolFile] = []
        self._rows_in_file = 0
        self._ids: list[pa.Array] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch of the spool's schema; an id seen before is settled in :meth:`finish`."""
        self._pending.append(batch)
        self._pending_bytes += batch.nbytes
        self._ids.append(batch.column("id"))
        if self._pending_bytes >= self._row_group_bytes:
            self._flush()
        if self._written_bytes >= self._file_bytes:
            self._close_file()

    def ids(self) -> pa.ChunkedArray:
        """The ids taken so far, in order, repeated ones repeated."""
        return pa.chunked_array(self._ids, pa.string())

    def finish(self) -> list[SpoolFile]:
        """Close the files and return them. Of rows with one id the latest `updated_at` stays.

        Ties, and tables without `updated_at`, keep the row read last. There is always a file, if need be one
        without rows: dlt makes a table only for what it is given.
        """
        self._flush()
        if not self._files:
            self._open_file()
        self._close_file()
        ids = self.ids()
        self._ids = []
        if len(ids) != pc.count_distinct(ids).as_py():
            self._drop_superseded(ids)
        # Freed buffers would otherwise stay with Arrow while DuckDB needs the memory for the load.
        pa.default_memory_pool().release_unused()
        return self._files

    def close(self) -> None:
        """Release the open file of a spool that will not be finished."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _flush(self) -> None:
        if not self._pending:
            return
        self._open_file()
        assert self._writer is not None
        table = pa.Table.from_batches(self._pending, self._schema)
        self._writer.write_table(table, row_group_size=len(table))
        self._rows_in_file += len(table)
        self._written_bytes += self._pending_bytes
        self._pending, self._pending_bytes = [], 0

    def _open_file(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._next_path(), self._schema, compression="lz4")

    def _close_file(self) -> None:
        if self._writer is None:
            return
        path = self._next_path()
        self.close()
        self._files.append(SpoolFile(path, self._rows_in_file))
        self._rows_in_file = self._written_bytes = 0

    def _next_path(self) -> Path:
        return self._folder / f"{self._table}.{len(self._files):04d}.parquet"

    def _drop_superseded(self, ids: pa.ChunkedArray) -> None:
        counts = pc.value_counts(ids)
        repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        version = "updated_at" if "updated_at" in self._schema.names else None
        best: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
        losers: dict[int, set[int]] = {}
        for number, file in enumerate(self._files):
            keys = pq.read_table(file.path, columns=["id", *([version] if version else [])])
            for position in pc.indices_nonzero(pc.is_in(keys["id"], repeated)).to_pylist():
                row_id = keys["id"][position].as_py()
                stamp = keys[version][position].value if version else None
                rank = (stamp if stamp is not None else 0, position)
                place = (number, position)
                if row_id not in best or rank[0] >= best[row_id][0][0]:
                    if row_id in best:
                        losers.setdefault(best[row_id][1][0], set()).add(best[row_id][1][1])
                    best[row_id] = (rank, place)
                else:
                    losers.setdefault(number, set()).add(position)
        for number, positions in losers.items():
            self._files[number] = _without(self._files[number], positions)


def _without(file: SpoolFile, positions: set[int]) -> SpoolFile:
    """The file rewritten, row group by row group, without the rows at these positions."""
    first = 0

    def kept(table: pa.Table) -> pa.Table:
        nonlocal first
        keep = pa.array([first + offset not in positions for offset in range(len(table))])
        first += len(table)
        return table.filter(keep)

    _rewrite(file.path, kept)
    return SpoolFile(file.path, file.count_rows - len(positions))


def restamped(path: Path, load_id: str) -> None:
    """Give the rows of a file another load id: it was written before the load that takes it in had one."""

    def stamped(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(LOAD_ID)
        ids = pa.repeat(pa.scalar(load_id, pa.string()), len(table))
        return table.set_column(place, table.schema.field(place), ids)

    _rewrite(path, stamped)


def _rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a file row group by row group, so that memory stays flat."""
    changed = path.with_suffix(".changed")
    source = pq.ParquetFile(path)
    with pq.ParquetWriter(changed, source.schema_arrow, compression="lz4") as writer:
        for group in range(source.num_row_groups):
            writer.write_table(change(source.read_row_group(group)))
    source.close()
    changed.replace(path)
