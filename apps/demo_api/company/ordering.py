"""Records in the order of their creation, although they are drawn incident by incident.

An incident leads to records weeks later, by when others have been declared. Ids begin with the instant of
creation, so a record waits until every incident that could still have something earlier has been drawn.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from apps.demo_api.company.identifiers import ulid
from apps.demo_api.records import RecordTable, Serialised


class InOrder:
    """Fills a table with records in the order of their ids."""

    def __init__(self, table: RecordTable) -> None:
        self._table = table
        self._waiting: list[Serialised] = []

    def add(self, records: Iterable[Serialised], settled: int | None) -> None:
        """Take some more, and write those created before `settled` (microseconds; None: all).

        Nothing that is handed over later may be older than that.
        """
        self._waiting += records
        self._waiting.sort()
        end = len(self._waiting)
        if settled is not None:
            end = bisect_left(self._waiting, (ulid(settled // 1000 - 1, bytes(10)).encode(),))
        for record in self._waiting[:end]:
            self._table.add(record)
        del self._waiting[:end]
