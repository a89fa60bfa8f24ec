"""Columns of the raw tables, declared up front so that a table's shape never depends on the first batch.

The types are dlt's (`text`, `bigint`, `double`, `bool`, `timestamp`, `json`). Names are the API's own. Nested
values stay JSON. Besides these every raw table has `extra_fields` (JSON object of keys the API sent that are not
declared here, NULL when there are none), `deleted_at` (UTC; set when a full sweep no longer finds the row) and
`_dlt_load_id` (joins `_dlt_loads` for the load time). Source: the vendor's OpenAPI contract of 2026-10-26.
"""

from __future__ import annotations

Columns = dict[str, str]


def _columns(spec: str) -> Columns:
    """`{name: type}` out of lines `type: name name ...`."""
    columns: Columns = {}
    for line in spec.strip().splitlines():
        data_type, names = line.split(":")
        columns.update(dict.fromkeys(names.split(), data_type.strip()))
    return columns


# JSON columns that hold a list, in whichever table; every other JSON column holds an object.
LISTS = frozenset(
    _columns("""
list: alert_group_ids aliases attributes categories current_shifts custom_field_entries custom_roles debriefs
list: duration_metrics events incident_role_assignments incident_timestamp_values labels members next_shifts
list: owning_team_ids postmortem_document_ids related_alerts related_incidents required_integrations tags team_ids
""")
)

INCIDENTS = _columns("""
text: id reference name summary mode visibility permalink call_url postmortem_document_url
text: slack_team_id slack_channel_id slack_channel_name slack_channel_url ms_teams_channel_url
json: incident_status severity incident_type creator incident_role_assignments custom_field_entries
json: incident_timestamp_values duration_metrics team_ids external_issue_reference debriefs postmortem_document_ids
double: workload_minutes_total workload_minutes_working workload_minutes_late workload_minutes_sleeping
bool: has_debrief
timestamp: created_at updated_at last_activity_at
""")

INCIDENT_UPDATES = _columns("""
text: id incident_id merged_into_incident_id message
json: new_incident_status new_severity updater
timestamp: created_at
""")

FOLLOW_UPS = _columns("""
text: id incident_id incident_mode title description status
json: labels assignee assignee_team priority category external_issue_reference creator
timestamp: completed_at created_at updated_at
""")

ACTIONS = _columns("""
text: id incident_id incident_mode description status
json: assignee creator
timestamp: completed_at created_at updated_at
""")

INCIDENT_ATTACHMENTS = _columns("""
text: id incident_id
json: resource
""")

# `id`, `incident_id` and `participation` (active or passive) are made by `participants.py`.
INCIDENT_PARTICIPANTS = _columns("""
text: id incident_id participation participant_type
json: user
""")

ALERTS = _columns("""
text: id alert_source_id deduplication_key title description status source_url
json: attributes tags alert_group_ids
timestamp: resolved_at created_at updated_at
""")

INCIDENT_ALERTS = _columns("""
text: id alert_route_id
json: incident alert
""")

ESCALATIONS = _columns("""
text: id title description status escalation_path_id
json: priority creator events related_incidents related_alerts
timestamp: created_at updated_at
""")

SCHEDULES = _columns("""
text: id name timezone permalink
json: annotations config current_shifts next_shifts holidays_public_config team_ids
timestamp: created_at updated_at
""")

CUSTOM_FIELDS = _columns("""
text: id name description field_type catalog_type_id group_by_catalog_attribute_id helptext_catalog_attribute_id
json: filter_by fixed_filter
timestamp: created_at updated_at
""")

CUSTOM_FIELD_OPTIONS = _columns("""
text: id custom_field_id value
bigint: sort_key
""")

CATALOG_TYPES = _columns("""
text: id name type_name description color icon engine_resource_type dynamic_resource_parameter registry_type
text: source_repo_url
json: annotations categories owning_team_ids required_integrations schema
bool: is_editable is_team_type ranked use_name_as_identifier
bigint: estimated_count
timestamp: last_synced_at created_at updated_at
""")

CATALOG_ENTRIES = _columns("""
text: id catalog_type_id name external_id
json: aliases attribute_values
bigint: rank
timestamp: archived_at created_at updated_at
""")

TEAMS = _columns("""
text: id name
json: catalog_entry members
""")

USERS = _columns("""
text: id name email slack_user_id role
json: base_role custom_roles seats
bool: is_active
""")

SEVERITIES = _columns("""
text: id name description
bigint: rank
timestamp: created_at updated_at
""")

INCIDENT_STATUSES = _columns("""
text: id name description category
bigint: rank
timestamp: created_at updated_at
""")

INCIDENT_TYPES = _columns("""
text: id name description create_in_triage
json: owning_team_ids
bool: is_default private_incidents_only
timestamp: created_at updated_at
""")

INCIDENT_ROLES = _columns("""
text: id name description instructions role_type shortform
timestamp: created_at updated_at
""")

INCIDENT_TIMESTAMPS = _columns("""
text: id name
bigint: rank
""")
