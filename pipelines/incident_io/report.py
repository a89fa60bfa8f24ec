"""What one extraction did: filled while it runs, read by whoever shows or records the run."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

MOST_UNKNOWN_VALUES = 10


@dataclass
class ExtractReport:
    """Counts of one run.

    `rows`: rows read per table, each id once (while reading: rows so far); `deleted`: rows per table found to be
    gone; `missing_scopes`: table -> scope the key lacks; `requests`: HTTP requests including retries; `warnings`:
    sentences for the run's summary; `carried`: rows of earlier load packages of the same run; `rejected`: table ->
    why it was not loaded while others were; `unknown_values`: field -> values this version does not know.
    """

    rows: dict[str, int] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    missing_scopes: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    warnings: list[str] = field(default_factory=list)
    carried: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    unknown_values: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add_rows(self, table: str, count: int) -> int:
        """Count rows and return the table's new sum."""
        with self._lock:
            self.rows[table] = self.rows.get(table, 0) + count
            return self.rows[table]

    def settle_rows(self, table: str, count: int) -> None:
        """Replace the running count of a table by the final one."""
        with self._lock:
            self.rows[table] = self.carried.get(table, 0) + count

    def carry(self) -> None:
        """What has been read so far is loaded: later counts of the same tables come on top."""
        with self._lock:
            self.carried = dict(self.rows)

    def add_deleted(self, table: str, count: int) -> None:
        """Count rows that the API no longer lists."""
        with self._lock:
            self.deleted[table] = self.deleted.get(table, 0) + count

    def miss(self, table: str, scope: str) -> None:
        """The key may not read this table."""
        with self._lock:
            self.missing_scopes[table] = scope
            self.warnings.append(
                f"{table}: the API key lacks the scope {scope}; what needs the table is empty or out of "
                "date until the key gets a role with that scope"
            )

    def warn(self, sentence: str) -> None:
        """Keep a sentence for the summary, once."""
        with self._lock:
            if sentence not in self.warnings:
                self.warnings.append(sentence)

    def reject(self, table: str, reason: str) -> None:
        """The table could not be loaded in this run."""
        with self._lock:
            self.rejected.setdefault(table, reason)

    def note_unknown(self, field_name: str, value: str, sentence: str) -> None:
        """Warn of a value that this version does not know, once; of very many in one field only of the first."""
        with self._lock:
            values = self.unknown_values.setdefault(field_name, [])
            if value in values or len(values) == MOST_UNKNOWN_VALUES:
                return
            values.append(value)
            self.warnings.append(sentence)
            if len(values) == MOST_UNKNOWN_VALUES:
                self.warnings.append(f"{field_name}: further unknown values are not listed")
