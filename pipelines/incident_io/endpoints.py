"""The endpoints as data: adding one is one entry here and its columns in `columns.py`.

`scope` is the right that the vendor's contract documents for the endpoint (`x-rbac-scopes`); a 403 usually names
it itself. `page_size` is the largest the API honours (a larger wish is silently cut, so nothing is ever derived
from it); None means the list does not paginate. `series` names how often the list is read in one run, see
`series.py`. `cursor` says how changes can be asked for: by `updated_at` to the day or to the instant, or through
the incidents that changed; None means the list is read in full every run. `partition` is the column that tells the
series of one list apart, when there is one. `finds_deletions`: whether a row that a full reading does not list is
gone. `has_start`: whether the list is limited to the history from `INCIDENT_MARTS_START` on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pipelines.incident_io import columns
from pipelines.incident_io.columns import Columns

MODES = ("standard", "retrospective", "test", "tutorial")
STATUS_CATEGORIES = ("triage", "live", "learning", "paused", "closed", "declined", "merged", "canceled")
FOLLOW_UP_MODES = (*MODES, "stream")


@dataclass(frozen=True)
class Endpoint:
    """One list of the API and the raw table it fills. The primary key is `id` everywhere."""

    name: str
    path: str
    scope: str
    columns: Columns
    page_size: int | None = None
    params: tuple[tuple[str, str], ...] = field(default=())
    series: str = "one"
    cursor: Literal["day", "instant", "incident"] | None = None
    partition: str | None = None
    finds_deletions: bool = True
    has_start: bool = False

    @property
    def selector(self) -> str:
        """The key of the answer that holds the rows; the API names it like the list."""
        return self.name


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "incidents",
        "/v2/incidents",
        "incidents.view",
        columns.INCIDENTS,
        page_size=250,
        # By default test and tutorial incidents and three status categories are left out. Oldest first, because
        # an incident declared while we page then lands at the end instead of shifting the pages.
        params=(("sort_by", "created_at_oldest_first"), *(("mode[one_of]", mode) for mode in MODES)),
        series="known_and_unknown_categories",
        cursor="day",
        has_start=True,
    ),
    # An entry of the history is never taken back, so one that is not listed says nothing.
    Endpoint(
        "incident_updates",
        "/v2/incident_updates",
        "incidents.view",
        columns.INCIDENT_UPDATES,
        page_size=250,
        series="updates",
        cursor="incident",
        finds_deletions=False,
    ),
    # Version 3: version 2 is removed on 31 December 2026. It lists one mode at a time beyond the default two.
    Endpoint(
        "follow_ups",
        "/v3/follow_ups",
        "actions.view",
        columns.FOLLOW_UPS,
        page_size=250,
        series="incident_modes",
        cursor="instant",
        partition="incident_mode",
    ),
    Endpoint("custom_fields", "/v2/custom_fields", "custom_fields.view", columns.CUSTOM_FIELDS),
    Endpoint(
        "custom_field_options",
        "/v1/custom_field_options",
        "custom_fields.view",
        columns.CUSTOM_FIELD_OPTIONS,
        page_size=250,
        series="option_fields",
        partition="custom_field_id",
    ),
    Endpoint("catalog_types", "/v3/catalog_types", "catalog_types.view", columns.CATALOG_TYPES),
    Endpoint(
        "catalog_entries",
        "/v3/catalog_entries",
        "catalog_entries.view",
        columns.CATALOG_ENTRIES,
        page_size=250,
        series="needed_catalog_types",
        partition="catalog_type_id",
    ),
    Endpoint("teams", "/v3/teams", "catalog_entries.view", columns.TEAMS, page_size=250),
    # People who left are hidden by default, but old incidents still name them.
    Endpoint(
        "users",
        "/v2/users",
        "users.view",
        columns.USERS,
        page_size=10_000,
        params=(("include_inactive", "true"),),
    ),
    Endpoint("severities", "/v1/severities", "severities.view", columns.SEVERITIES),
    Endpoint("incident_statuses", "/v1/incident_statuses", "incident_statuses.view", columns.INCIDENT_STATUSES),
    Endpoint("incident_types", "/v1/incident_types", "incident_types.view", columns.INCIDENT_TYPES),
    Endpoint("incident_roles", "/v2/incident_roles", "incident_roles.view", columns.INCIDENT_ROLES),
    # The contract documents no scope of its own for this list.
    Endpoint("incident_timestamps", "/v2/incident_timestamps", "incidents.view", columns.INCIDENT_TIMESTAMPS),
)

BY_NAME: dict[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}
