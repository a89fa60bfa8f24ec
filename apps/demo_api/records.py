"""Records of one list, serialised once: JSON bytes in memory or in a temporary file, and integer index columns.

A page is then a matter of joining byte ranges, so that the server costs less than any client that parses the
answer. Above 16 MB the bytes live in an unlinked temporary file that is read with `pread`: half a million
incidents take some tens of megabytes of memory.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import IO, Any, NamedTuple

import orjson

MEMORY_LIMIT = 16 * 1024 * 1024
_ID_STARTS = len('{"id":"')


class Serialised(NamedTuple):
    """A record ready to be kept. Ordered by id, which makes lists of these sortable."""

    record_id: bytes
    data: bytes
    codes: tuple[int, ...]


def serialise(record: Mapping[str, Any], codes: tuple[int, ...]) -> Serialised:
    """The record as JSON with `id` as its first key."""
    if next(iter(record), None) != "id":
        record = {"id": record["id"], **record}
    return Serialised(record["id"].encode(), orjson.dumps(record), codes)


class RecordTable:
    """An append-only list of JSON objects. Each has `id` as its first key, so ids need no memory of their own."""

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        self.columns: dict[str, array[int]] = {name: array(code) for name, code in (columns or {}).items()}
        self._offsets = array("Q", [0])
        self._buffer = bytearray()
        self._file: IO[bytes] | None = None
        self._flushed = 0
        self._last_id = b""
        self._by_code: dict[str, tuple[array[int], array[int]]] = {}  # column: codes in order, their positions
        self._by_id: Sequence[int] | None = range(0)  # None: ids do not ascend and the order must be computed

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def append(self, record: Mapping[str, Any], **index: int) -> None:
        """Serialise a record and keep its index values, one for each declared column."""
        self.add(serialise(record, tuple(index[name] for name in self.columns)))

    def add(self, record: Serialised) -> None:
        """Append a record that is serialised already; its index values are in the order of the columns."""
        self._buffer += record.data
        self._offsets.append(self._offsets[-1] + len(record.data))
        for column, value in zip(self.columns.values(), record.codes, strict=True):
            column.append(value)
        if record.record_id <= self._last_id:
            self._by_id = None
        self._last_id = record.record_id
        if len(self._buffer) > MEMORY_LIMIT:
            self._flush()

    def read(self, positions: Sequence[int]) -> list[bytes]:
        """The JSON of the records at these positions, which ascend or descend."""
        if not positions:
            return []
        offsets = self._offsets
        low, high = sorted((positions[0], positions[-1]))
        start, end = offsets[low], offsets[high + 1]
        if (high - low + 1) <= 8 * len(positions):
            block = self._bytes(start, end)
            return [block[offsets[p] - start : offsets[p + 1] - start] for p in positions]
        return [self._bytes(offsets[p], offsets[p + 1]) for p in positions]

    def load(self, position: int) -> dict[str, Any]:
        """One record as a dict."""
        record: dict[str, Any] = orjson.loads(self._bytes(self._offsets[position], self._offsets[position + 1]))
        return record

    def position_of(self, record_id: str) -> int | None:
        """Where a record stands, None when there is no such id."""
        order = self._order_by_id()
        wanted = record_id.encode()
        found = bisect_left(order, wanted, key=self._id_at)
        if found < len(order) and self._id_at(order[found]) == wanted:
            return order[found]
        return None

    def having(self, column: str, code: int) -> Sequence[int]:
        """Positions, ascending, of the records with this value in a column; the others are not looked at."""
        codes, positions = self._by_code.get(column, (array("Q"), array("I")))
        if len(codes) != len(self):
            values = self.columns[column]
            positions = array("I", sorted(range(len(self)), key=values.__getitem__))
            codes = array("Q", map(values.__getitem__, positions))
            self._by_code[column] = codes, positions
        return positions[bisect_left(codes, code) : bisect_right(codes, code)]

    def _order_by_id(self) -> Sequence[int]:
        if self._by_id is None:
            self._by_id = array("I", sorted(range(len(self)), key=self._id_at))
        elif len(self._by_id) != len(self):
            self._by_id = range(len(self))
        return self._by_id

    def _id_at(self, position: int) -> bytes:
        start = self._offsets[position]
        head = self._bytes(start, min(start + 128, self._offsets[position + 1]))
        return head[_ID_STARTS : head.index(b'"', _ID_STARTS)]

    def _bytes(self, start: int, end: int) -> bytes:
        if start >= self._flushed:
            return bytes(self._buffer[start - self._flushed : end - self._flushed])
        if end > self._flushed:
            self._flush()
        if self._file is None:
            raise RuntimeError("records were flushed without a file")
        return os.pread(self._file.fileno(), end - start, start)

    def _flush(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="demo_api_", buffering=0)  # noqa: SIM115 - lives as long as self
        view = memoryview(self._buffer)
        while view:
            view = view[self._file.write(view) :]
        view.release()
        self._flushed = self._offsets[-1]
        self._buffer = bytearray()
