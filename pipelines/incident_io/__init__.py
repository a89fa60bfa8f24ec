"""incident.io: its REST API read into `raw_incident_io`, one table per endpoint.

Importing this package is cheap: the loading library is imported when a source is asked for, so that `--help`
and the client alone do not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.incident_io.source import incident_io_source

__all__ = ["incident_io_source"]


def __getattr__(name: str) -> Any:
    if name == "incident_io_source":
        from pipelines.incident_io.source import incident_io_source  # noqa: PLC0415 - see above

        return incident_io_source
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
