"""`build_account`: the whole company up to an instant, written straight into record tables."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from apps.demo_api.account import Account, add_record, new_table
from apps.demo_api.company.calendar import Calendar
from apps.demo_api.company.configuration import INCIDENT_TYPES, ROLES, SEVERITIES, STATUSES, TIMESTAMPS
from apps.demo_api.company.fields import FIELDS, option_records
from apps.demo_api.company.follow_up_records import build_follow_ups
from apps.demo_api.company.identifiers import to_micros
from apps.demo_api.company.incident_records import build_incident
from apps.demo_api.company.organisation import team_records, user_records
from apps.demo_api.company.services import catalog_entry_records, catalog_type_records
from apps.demo_api.company.timeline import draw_timeline, merge_target, profile

DEFAULT_INCIDENTS = 1_500
DEFAULT_SEED = 20230102


def build_account(
    *, incidents: int = DEFAULT_INCIDENTS, until: datetime | None = None, seed: int = DEFAULT_SEED
) -> Account:
    """The account as it stands at `until` (aware, default now).

    `incidents` are declared between `HISTORY_START` and `REFERENCE_END`; another `until` gives proportionally
    more or fewer, and leaves those it shares with an earlier one as they were. Same arguments, same bytes.
    """
    moment = until or datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("until must have a UTC offset")
    end = to_micros(moment)
    calendar = Calendar(incidents, seed)
    tables = {resource: new_table(resource) for resource in ("incidents", "incident_updates", "follow_ups")}
    for index, declared in enumerate(calendar.declared(end)):
        who = profile(calendar, seed, index, declared)
        random = Random(f"{seed}/{index}")
        target = merge_target(calendar, seed, who) if who.fate == "merged" else None
        line = draw_timeline(random, who)
        incident = build_incident(random, who, line, end, target.incident_id if target else None)
        add_record(tables["incidents"], "incidents", incident.record)
        for update in incident.updates:
            add_record(tables["incident_updates"], "incident_updates", update)
        for follow_up in build_follow_ups(random, incident, end):
            add_record(tables["follow_ups"], "follow_ups", follow_up, who.mode)
    return Account(
        name="Havn Logistics",
        dashboard_url="https://app.incident.io/havn",
        custom_fields=[field.record for field in FIELDS.values()],
        custom_field_options=option_records(),
        catalog_types=catalog_type_records(),
        catalog_entries=catalog_entry_records(),
        teams=team_records(),
        users=user_records(),
        severities=list(SEVERITIES.values()),
        incident_statuses=list(STATUSES.values()),
        incident_types=list(INCIDENT_TYPES.values()),
        incident_roles=list(ROLES.values()),
        incident_timestamps=list(TIMESTAMPS.values()),
        **tables,
    )
