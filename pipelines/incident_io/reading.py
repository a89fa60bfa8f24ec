"""What is known of one table while it is read and afterwards."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.incident_io.cursors import Plan, TableState, Tail
from pipelines.incident_io.spool import Spool, SpoolFile


@dataclass
class Reading:
    """A table while and after it is read; pages come from several threads.

    `latest` and `count_pages` are per partition; `read_partitions` were read to their end; `is_complete` is False
    when a part that has no partition of its own was refused. `created` and `stamps` are the `created_at` and
    `updated_at` of the rows listed, in the order of `ids`. `state` is the table's state once the rows are loaded,
    None when it stays as it is.
    """

    plan: Plan
    began: datetime
    spool: Spool
    load_id: str
    latest: dict[str, datetime] = field(default_factory=dict)
    count_pages: dict[str, int] = field(default_factory=dict)
    read_partitions: set[str] = field(default_factory=set)
    is_complete: bool = True
    created: list[pa.Array] = field(default_factory=list)
    stamps: list[pa.Array] = field(default_factory=list)
    tail: Tail | None = None
    owed: list[str] | None = None
    ids: pa.ChunkedArray | None = None
    files: list[SpoolFile] = field(default_factory=list)
    state: TableState | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, partition: str, batch: pa.RecordBatch) -> None:
        """Add the rows of one page."""
        names = batch.schema.names
        with self._lock:
            self.spool.add(batch)
            self.count_pages[partition] = self.count_pages.get(partition, 0) + 1
            if "created_at" in names and "updated_at" in names:
                self.created.append(batch.column("created_at"))
                self.stamps.append(batch.column("updated_at"))
                latest = pc.max(self.stamps[-1]).as_py()
                if latest is not None:
                    self.latest[partition] = max(latest, self.latest.get(partition, latest))

    def finish_partition(self, partition: str) -> None:
        """The walk through a partition reached its end."""
        with self._lock:
            self.read_partitions.add(partition)

    def finish(self) -> None:
        """Close the files; nothing is added afterwards."""
        self.ids = self.spool.ids()
        self.files = self.spool.finish()
