"""Deletions: rows the warehouse knows and a full reading no longer lists. They are kept, with `deleted_at` set.

The API leaves no trace of a deletion, so absence is the only sign, and absence has other causes: a right taken
away, a fault, a filter that changed its meaning. A list that shrinks at once is therefore not believed unless the
run is told to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.incident_io.endpoints import Endpoint
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.series import Parents, listed_partitions
from pipelines.incident_io.stored import Comparison, Scope, StoredRows

if TYPE_CHECKING:
    from pipelines.incident_io.extraction import Reading

# Both must be passed for a list to be doubted: small lists may lose most of their rows on a normal day.
LEAST_SHARE_LISTED = 0.8
MOST_MISSING_UNDOUBTED = 20


def find_deleted(
    endpoint: Endpoint,
    reading: Reading,
    *,
    parents: Parents,
    stored: StoredRows,
    report: ExtractReport,
    as_of: datetime,
    force: bool,
    look_again: Callable[[], object] | None = None,
) -> bool:
    """Add the missing rows, marked deleted, to what was read; False when so many are missing that it is refused.

    Parts of the list that were not read in this run (a refused mode, a catalog type that is not needed any more)
    are left alone. `look_again` reads the list once more: a record of a list of several pages that moves from a
    page not read yet to one that was is missing, but not gone.
    """
    if not reading.is_complete:
        return True
    scope = _scope(endpoint, reading, parents)
    listed = reading.spool.ids()
    found = stored.compare(endpoint.name, listed, scope)
    if found.count_missing and look_again is not None:
        look_again()
        listed = reading.spool.ids()
        found = stored.compare(endpoint.name, listed, scope)
    if not found.count_missing:
        return True
    if is_doubtful(found) and not force:
        report.warn(
            f"{endpoint.name}: {found.count_missing} of {found.count_known} known rows were no longer listed. "
            "That is too many to believe at once, so none was marked as deleted. Check the rights of the API key; "
            "if they were deleted on purpose, run once with --full-refresh"
        )
        return False
    for batch in stored.missing(
        endpoint.name, endpoint.columns, listed, scope, deleted_at=as_of, load_id=reading.load_id
    ):
        reading.spool.add(batch)
    report.add_deleted(endpoint.name, found.count_missing)
    return True


def is_doubtful(found: Comparison) -> bool:
    """Whether a list lost more rows than a normal day explains."""
    listed = found.count_known - found.count_missing
    return found.count_missing >= MOST_MISSING_UNDOUBTED and listed < LEAST_SHARE_LISTED * found.count_known


def _scope(endpoint: Endpoint, reading: Reading, parents: Parents) -> Scope:
    created_from = reading.plan.start if endpoint.has_start else None
    if endpoint.partition is None:
        return Scope(created_from=created_from)
    if endpoint.is_per_incident:
        return Scope(read=(endpoint.partition, reading.read_partitions))
    unread = listed_partitions(endpoint, parents) - reading.read_partitions
    return Scope(unread=(endpoint.partition, unread), created_from=created_from)
