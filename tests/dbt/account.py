"""One made-up account: what the API would have answered, the user's seed files and the settings of a run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pipelines.incident_io.columns import Columns
from pipelines.incident_io.endpoints import ENDPOINTS

Row = dict[str, Any]

RAW_TABLES: dict[str, Columns] = {endpoint.name: endpoint.columns for endpoint in ENDPOINTS}

# Columns of the normalised seeds; all text but these.
SEED_TYPES = {
    "seed_line": "integer",
    "field_priority": "integer",
    "priority": "integer",
    "valid_from": "date",
    "valid_to": "date",
}
SEED_TABLES: dict[str, tuple[str, ...]] = {
    "teams": ("team_id", "team_name", "parent_team_id", "incident_io_team"),
    "team_mapping": ("custom_field", "field_value", "team_id", "field_priority"),
    "service_ownership": ("service", "team_id", "valid_from", "valid_to"),
    "incident_owners": ("incident", "team_id"),
    "team_members": ("person", "team_id", "valid_from", "valid_to"),
    "timestamp_roles": ("role", "timestamp_name", "priority"),
}

# The rules of dbt_project.yml that an account may set, with the defaults that the contract gives them.
DEFAULT_VARIABLES: Row = {
    "earliest_incident_date": "2000-01-01",
    "org_timezone": "UTC",
    "week_start": "monday",
    "root_team_id": "organisation",
    "root_team_name": "Organisation",
    "attribution_priority": ["custom_field", "explicit_owner", "service", "organisation"],
    "auto_map_team_fields": True,
    "service_catalog_types": [],
    "service_owner_path": [],
    "team_parent_attribute": ["Parent", "Parent team"],
    "hierarchy_mode": "current",
    "trailing_history_weeks": 53,
    "excluded_incident_types": [],
    "minimum_severity_rank": None,
    "dimension_fields": None,
    "dimension_max_values": 100,
    "native_duration_map": {},
    "person_durations": False,
    "person_rows_include_private": False,
}


@dataclass(frozen=True)
class Account:
    """Rows by raw table (values as the API has them, instants as aware datetimes, absent keys left out or None),
    rows by seed file (empty cells None), variables that differ from the defaults, and the run's settings.

    `earlier`: the account as earlier runs found it, in the order of the runs. `read_at`, `swept_at`: when the
    incidents were read, and as of when in full.
    """

    raw: dict[str, list[Row]]
    as_of: datetime
    seeds: dict[str, list[Row]] = field(default_factory=dict)
    variables: Row = field(default_factory=dict)
    coverage_start: date | None = None
    earlier: tuple[Account, ...] = ()
    read_at: datetime | None = None
    swept_at: datetime | None = None

    def table(self, name: str) -> list[Row]:
        """Rows of a raw table; a table not given is empty."""
        return self.raw.get(name, [])

    def seed(self, name: str) -> list[Row]:
        """Rows of a seed file; a file not given is empty."""
        return self.seeds.get(name, [])

    def variable(self, name: str) -> Any:
        """A reporting rule, the default where the account does not set it."""
        return self.variables.get(name, DEFAULT_VARIABLES[name])

    def with_rows(self, part: str, table: str, rows: list[Row]) -> Account:
        """A copy with other rows in one table of `raw` or `seeds`."""
        changed = {**getattr(self, part), table: rows}
        return replace(self, raw=changed) if part == "raw" else replace(self, seeds=changed)

    def describe(self) -> str:
        """All of it as Python source text that can be pasted into a test (needs `datetime` and `Account`)."""
        lines = ["Account("]
        for part in ("raw", "seeds"):
            lines.append(f"    {part}={{")
            for table, rows in getattr(self, part).items():
                lines += (
                    [f"        {table!r}: ["] + [f"            {row!r}," for row in rows] + ["        ],"]
                    if rows
                    else []
                )
            lines.append("    },")
        lines += [f"    variables={self.variables!r},", f"    as_of={self.as_of!r},"]
        lines += [f"    {name}={getattr(self, name)!r}," for name in ("coverage_start", "read_at", "swept_at")]
        lines += [f"    earlier=({', '.join(run.describe() for run in self.earlier)},),"] if self.earlier else []
        return "\n".join([*lines, ")"])


def as_json(value: Any) -> str | None:
    """A nested value as it stands in a raw JSON column."""
    return None if value is None else json.dumps(value, ensure_ascii=False)
