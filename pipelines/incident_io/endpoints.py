"""The endpoints as data: adding one is one entry here and its columns in `columns.py`.

`scope` is the right that the vendor's contract documents for the endpoint (`x-rbac-scopes`); a 403 usually names
it itself. `page_size` is the largest the API honours (a larger wish is silently cut, so nothing is ever derived
from it); None means the list does not paginate. `series` names how often the list is read in one run, see
`series.py`. `cursor` says how changes can be asked for: by `updated_at` to the day or to the instant; at the
`tail` of a list that only grows; or through the `incident`s that changed; None means the list is read in full
every run. `partition` is the column that tells the series of one list apart, when there is one.
`finds_deletions`: whether a row that a full reading does not list is gone. `has_start`: whether the list is
limited to the history from `INCIDENT_MARTS_START` on. `unfold`: where the answer is an object and no list, makes
the rows of that object and the parameters of the request. `forks`: how a long list can be cut so that several
walkers read it at once, see `walkers.py`. `priority`: who goes first where the quota is short, lowest first: the
incident list is the slowest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from pipelines.incident_io import columns
from pipelines.incident_io.columns import Columns
from pipelines.incident_io.participants import participant_rows

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
    cursor: Literal["day", "instant", "tail", "incident"] | None = None
    partition: str | None = None
    finds_deletions: bool = True
    has_start: bool = False
    unfold: Callable[[dict[str, Any], dict[str, str]], list[dict[str, Any]]] | None = None
    forks: Literal["by_day", "by_incident"] | None = None
    priority: int = 1

    @property
    def selector(self) -> str:
        """The key of the answer that holds the rows; the API names it like the list."""
        return self.name

    @property
    def answer_kind(self) -> type:
        """What the answer holds under the selector."""
        return dict if self.unfold else list

    @property
    def can_go_ahead(self) -> bool:
        """Whether it can be read before the incidents of the run are known."""
        return self.name != "incidents" and not self.is_per_incident

    @property
    def is_per_incident(self) -> bool:
        """Whether it can only be read once the incidents of the run are known."""
        return self.cursor == "incident"


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
        forks="by_day",
        priority=0,
    ),
    # An entry of the history is never taken back, so one that is not listed says nothing.
    Endpoint(
        "incident_updates",
        "/v2/incident_updates",
        "incidents.view",
        columns.INCIDENT_UPDATES,
        page_size=250,
        series="histories",
        cursor="tail",
        finds_deletions=False,
        forks="by_incident",
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
        forks="by_day",
    ),
    # Version 3 for the same reason as above, and with the same modes.
    Endpoint(
        "actions",
        "/v3/actions",
        "actions.view",
        columns.ACTIONS,
        page_size=250,
        series="incident_modes",
        cursor="instant",
        partition="incident_mode",
        forks="by_day",
    ),
    # No list: one request for each incident, so only those that changed and recent ones, within a budget.
    Endpoint(
        "incident_attachments",
        "/v1/incident_attachments",
        "attachments.view",
        columns.INCIDENT_ATTACHMENTS,
        series="per_incident",
        cursor="incident",
        partition="incident_id",
        priority=2,
    ),
    # As above, and only when the settings ask for it.
    Endpoint(
        "incident_participants",
        "/v2/incident_participants",
        "incidents.view",
        columns.INCIDENT_PARTICIPANTS,
        series="per_incident",
        cursor="incident",
        partition="incident_id",
        unfold=participant_rows,
        priority=2,
    ),
    Endpoint(
        "alerts",
        "/v2/alerts",
        "alerts.view",
        columns.ALERTS,
        page_size=50,
        series="changed_alerts",
        cursor="instant",
        has_start=True,
        forks="by_day",
    ),
    Endpoint(
        "incident_alerts",
        "/v2/incident_alerts",
        "alerts.view",
        columns.INCIDENT_ALERTS,
        page_size=50,
        series="histories",
        cursor="tail",
        forks="by_incident",
    ),
    Endpoint(
        "escalations",
        "/v2/escalations",
        "escalations.view",
        columns.ESCALATIONS,
        page_size=50,
        series="changed_days",
        cursor="day",
        has_start=True,
        forks="by_day",
    ),
    # Larger pages leave `next_shifts` out: who is next on call tomorrow is not history.
    Endpoint("schedules", "/v2/schedules", "schedules.view", columns.SCHEDULES, page_size=10_000),
    Endpoint(
        "custom_fields",
        "/v2/custom_fields",
        "custom_fields.view",
        columns.CUSTOM_FIELDS,
        series="custom_fields",
    ),
    Endpoint(
        "custom_field_options",
        "/v1/custom_field_options",
        "custom_fields.view",
        columns.CUSTOM_FIELD_OPTIONS,
        page_size=250,
        series="option_fields",
        partition="custom_field_id",
    ),
    Endpoint(
        "catalog_types",
        "/v3/catalog_types",
        "catalog_types.view",
        columns.CATALOG_TYPES,
        series="catalog_types",
    ),
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
