"""Breakages of the rules that decide who gets the credit: teams, references, services, steps, evidence, trust."""

from __future__ import annotations

from tests.dbt.mutation import Mutation

ATTRIBUTION = "models/intermediate/attribution"
CATALOG = "models/intermediate/catalog"
CUSTOM_FIELDS = "models/intermediate/custom_fields"
SERVICES = "models/intermediate/services"
TEAMS = "models/intermediate/teams"
METRICS = "models/intermediate/metrics"
CORE = "models/marts/core"
REPORTS = "models/marts/metrics"
SNAPSHOTS = "snapshots/_history__snapshots.yml"


def _in(file: str, *changes: tuple[str, str]) -> list[Mutation]:
    return [Mutation(file, old, new) for old, new in changes]


HISTORY_MUTATIONS = [
    *_in(
        "macros/history.sql",
        ("{{ as_of() }} >= (select", "{{ as_of() }} > (select"),
        ("{{ as_of() }} >= (select", "{{ as_of() }} is not null or {{ as_of() }} >= (select"),
        ("(dbt_valid_to is null or dbt_valid_to > dbt_valid_from)", "true"),
    ),
    *_in(
        SNAPSHOTS,
        ("check_cols: [team_entry_ids]", "check_cols: [owners]"),
        ("check_cols: [team_entry_ids]", "check_cols: [owner_path]"),
        ("check_cols: [team_name, external_id]", "check_cols: [external_id]"),
        ("check_cols: [team_name, external_id]", "check_cols: [team_name]"),
        ("check_cols: [parent_team_id]", "check_cols: [team_id]"),
    ),
]

TEAM_MUTATIONS = [
    *_in(
        f"{TEAMS}/int_incident_io_teams.sql",
        ("case when ended_at <= {{ as_of() }} then ended_at end as ended_at", "ended_at"),
        (
            "coalesce(team_entries.archived_at, team_entries.deleted_at) as ended_at",
            "team_entries.archived_at as ended_at",
        ),
        (
            "coalesce(team_entries.archived_at, team_entries.deleted_at) as ended_at",
            "team_entries.deleted_at as ended_at",
        ),
        ("            teams.deleted_at\n", "            null\n"),
        (
            "then own_entries.archived_at else linked_entries.archived_at end",
            "then null else linked_entries.archived_at end",
        ),
        ("then own_entries.archived_at else linked_entries.archived_at end", "then own_entries.archived_at end"),
        (
            "coalesce(linked_entries.external_id, own_entries.external_id, teams.external_id)",
            "coalesce(teams.external_id, linked_entries.external_id, own_entries.external_id)",
        ),
        (
            "coalesce(linked_entries.external_id, own_entries.external_id, teams.external_id)",
            "coalesce(linked_entries.external_id, teams.external_id)",
        ),
        ("coalesce(teams.catalog_entry_id, own_entries.catalog_entry_id) as", "teams.catalog_entry_id as"),
        ("select catalog_entry_id as listed_id from teams", "select incident_io_team_id as listed_id from teams"),
        (
            "select incident_io_team_id as listed_id from teams\n    union",
            "select catalog_entry_id as listed_id from teams\n    union",
        ),
    ),
    *_in(
        f"{TEAMS}/int_declared_teams.sql",
        ("coalesce(parent_team_id, {{ root_team_id() }})", "{{ root_team_id() }}"),
        ("    group by team_id\n", "    group by team_id, incident_io_team\n"),
        ("where declared.team_id is null", "where declared.team_id is null and false"),
    ),
    *_in(
        f"{TEAMS}/int_team_links.sql",
        ("['incident_io_team_id', 'catalog_entry_id',", "['catalog_entry_id',"),
        ("'catalog_entry_id', 'external_id',", "'external_id',"),
        ("'external_id', 'team_name']", "'team_name']"),
        ("'external_id', 'team_name']", "'external_id']"),
        ("on incident_io_teams.incident_io_team_id = declared_teams.team_id", "on false"),
        ("external_id as name_seen", "team_name as name_seen"),
        ("team_name as name_seen", "external_id as name_seen"),
        ("where answered_links.written is null", "where true"),
        ("order by preference, team_id)", "order by team_id)"),
        ("order by preference, team_id)", "order by preference, team_id desc)"),
        (
            "inner join names_seen on declared_links.written = trim(names_seen.name_seen)",
            "inner join names_seen on false",
        ),
    ),
    *_in(
        f"{TEAMS}/int_team_identifiers.sql",
        ("order by preference, team_id", "order by preference desc, team_id"),
        ("order by preference, team_id", "order by preference, team_id desc"),
        ("where catalog_entry_id is not null", "where false"),
    ),
    *_in(
        f"{TEAMS}/int_team_account_parents.sql",
        ("and target_entry_id is not null", ""),
        ("and not team_links.is_declared", ""),
        ("order by parent_place, attribute_id,", "order by attribute_id, parent_place,"),
        ("place_in_value, target_entry_id", "target_entry_id"),
        ("place_in_value, target_entry_id", "place_in_value, target_entry_id desc"),
        ("where team_id = ancestor_team_id", "where false"),
        ("where team_id = ancestor_team_id", "where true"),
    ),
    *_in(
        f"{TEAMS}/int_teams.sql",
        ("    where not is_in_circle\n", ""),
        ("bool_and(ended_at is not null)", "bool_or(ended_at is not null)"),
        ("then max(ended_at)", "then min(ended_at)"),
        ("and team_id != {{ root_team_id() }}", ""),
        ("coalesce(account_parents.parent_team_id, {{ root_team_id() }})", "{{ root_team_id() }}"),
        (
            "    'incident_io' as source,\n    team_links.ended_at",
            "    'incident_io' as source,\n    null as ended_at",
        ),
        ("where not team_links.is_declared", "where true"),
    ),
    *_in(
        f"{TEAMS}/int_team_parents.sql",
        ("case when seen_from > first_seen_from then seen_from end as held_from_at", "seen_from as held_from_at"),
        ("where parents_seen.team_id is null", "where false"),
        ("seen_to as held_to_at", "null as held_to_at"),
        ("if mode == 'as_of' else 'false'", "if mode == 'as_of' else 'true'"),
        ("if mode == 'as_of' else 'false'", "if mode == 'current' else 'false'"),
    ),
    *_in(
        f"{TEAMS}/int_team_ancestors.sql",
        ("parents.held_from_at <= charts.chart_from_at", "parents.held_from_at < charts.chart_from_at"),
        ("parents.held_to_at > charts.chart_from_at", "parents.held_to_at >= charts.chart_from_at"),
        ("    {{ root_team_id() }} as ancestor_team_id", "    teams.team_id as ancestor_team_id"),
        ("lead(chart_from_at)", "max(chart_from_at)"),
    ),
    *_in(f"{CORE}/dim_teams.sql", ("teams.ended_at is null as is_active", "true as is_active")),
]

CATALOG_MUTATIONS = [
    *_in(
        f"{CATALOG}/int_catalog_attributes.sql",
        (
            "where is_service_type and leads_to_teams {{ 'and first_place is not null' if path }}",
            "where is_service_type and leads_to_teams",
        ),
        ("where is_service_type and leads_to_teams {{", "where leads_to_teams {{"),
        ("where is_service_type and leads_to_teams {{", "where is_service_type {{"),
        ("where placed.leads_to_teams and placed.second_place is not null", "where placed.leads_to_teams"),
        (
            "where placed.leads_to_teams and placed.second_place is not null",
            "where placed.second_place is not null",
        ),
        (
            "where is_service_type and first_place is not null\n\n        union all",
            "where is_service_type\n\n        union all",
        ),
        ("inner join component_types on placed.catalog_type_id = component_types.catalog_type_id", ""),
        (
            "where is_team_type and leads_to_teams and parent_place is not null",
            "where is_team_type and leads_to_teams",
        ),
        (
            "where is_team_type and leads_to_teams and parent_place is not null",
            "where leads_to_teams and parent_place is not null",
        ),
    ),
    *_in(
        "macros/catalog_attributes.sql",
        ("attribute_id = {{ literal }} or ", ""),
        ("or attribute_name_key = {{ fold_text(literal) }}", ""),
        ("attribute_name_key = {{ fold_text(literal) }}", "attribute_name_key = {{ literal }}"),
        ("then {{ loop.index }}", "then {{ loop.revindex }}"),
    ),
    *_in(
        f"{CATALOG}/int_catalog_reference_names.sql",
        ("then 10 else 0 end", "then 0 else 0 end"),
        ("coalesce(entries.archived_at, entries.deleted_at) is not null", "entries.archived_at is not null"),
        ("coalesce(entries.archived_at, entries.deleted_at) is not null", "entries.deleted_at is not null"),
        ("    where is_name_an_identifier\n", ""),
        ("    where is_name_an_identifier\n", "    where false\n"),
        ("handicap + 2 as preference", "handicap + 3 as preference"),
        ("handicap + 3 as preference", "handicap + 1 as preference"),
        ("handicap + 4 as preference", "handicap + 1 as preference"),
        ("unnest(aliases) as reference_name", "catalog_entry_id as reference_name"),
        ("select distinct *", "select *"),
    ),
    *_in(
        f"{CATALOG}/int_catalog_references.sql",
        (
            "coalesce(nullif(binding.literal, ''), nullif(binding.label, '')) as reference",
            "coalesce(nullif(binding.label, ''), nullif(binding.literal, '')) as reference",
        ),
        ("where coalesce(nullif(binding.literal, ''), nullif(binding.label, '')) is not null", ""),
        ("where preference is not distinct from best_preference", "where true"),
        ("where preference is not distinct from best_preference", "where preference = best_preference"),
        ("generate_subscripts(held_value.array_value, 1)", "0"),
        ("min(place_in_value) as place_in_value", "max(place_in_value) as place_in_value"),
        ("written.target_type_id = reference_names.catalog_type_id\n            and", ""),
    ),
    *_in(
        f"{CATALOG}/int_unresolved_references.sql",
        ("        and holders.archived_at is null\n", ""),
        ("        and holders.deleted_at is null\n", ""),
        ("    where is_in_circle\n", ""),
        ("    where is_in_circle\n", "    where false\n"),
        ("and not team_links.is_declared", ""),
        ("        where purpose = 'service_component'\n", ""),
        ("        where unanswered.purpose = 'service_owner'\n", ""),
        ("        where purpose = 'service_owner'\n", ""),
        ("        left join components on", "        inner join components on"),
    ),
    *_in(
        f"{REPORTS}/rpt_unresolved_references.sql",
        ("    where is_eligible\n", ""),
        ("count(distinct catalog_entry_id)", "count(catalog_entry_id)"),
        ("count(distinct incident_id)", "count(incident_id)"),
    ),
    *_in(
        "models/intermediate/attribution/int_unresolved_team_ids.sql",
        ("    where is_eligible\n", ""),
        ("where team_identifiers.identifier is null", "where true"),
    ),
]

SERVICE_MUTATIONS = [
    *_in(
        f"{SERVICES}/int_service_types.sql",
        ("{{ list_has_any_text('categories', ['service']) }}", "false"),
        ("'catalog_type_id', 'type_name', 'catalog_type_name'", "'catalog_type_id', 'type_name'"),
        ("'catalog_type_id', 'type_name', 'catalog_type_name'", "'catalog_type_id', 'catalog_type_name'"),
    ),
    *_in(
        f"{SERVICES}/int_services.sql",
        ("catalog_entries.deleted_at is null as is_in_catalog", "true as is_in_catalog"),
        (
            "coalesce(catalog_entries.archived_at, catalog_entries.deleted_at) is not null",
            "catalog_entries.archived_at is not null",
        ),
        (
            "coalesce(catalog_entries.archived_at, catalog_entries.deleted_at) is not null",
            "catalog_entries.deleted_at is not null",
        ),
        (" and catalog_entries.catalog_entry_id is null", ""),
        ("select * from in_catalog\nunion all\nselect * from only_on_incidents", "select * from in_catalog"),
    ),
    *_in(
        f"{SERVICES}/int_service_owner_references.sql",
        ("components.reference || ' > ' || owner_references.reference", "owner_references.reference"),
    ),
    *_in(
        f"{SERVICES}/int_service_current_owners.sql",
        ("    where is_in_catalog\n", ""),
        ("min(owner_reference) as", "max(owner_reference) as"),
        ("min_by(matched_by, owner_reference)", "max_by(matched_by, owner_reference)"),
        ("left join owners_of_services", "inner join owners_of_services"),
    ),
    *_in(
        f"{SERVICES}/int_service_catalog_owners.sql",
        ("where states_seen.service_id is null", "where false"),
        ("where states_seen.service_id is null", "where true"),
        ("when seen_from = lag(seen_to) over history then 0", "when false then 0"),
        ("when seen_from = lag(seen_to) over history then 0", "when lag(seen_to) over history is not null then 0"),
        ("case when bool_and(seen_to is not null) then max(seen_to) end", "max(seen_to)"),
        ("min(owners_seen.owner.owner_reference)", "max(owners_seen.owner.owner_reference)"),
        ("min_by(owner_reference, seen_from)", "max_by(owner_reference, seen_from)"),
        ("min_by(matched_by, seen_from)", "max_by(matched_by, seen_from)"),
    ),
    *_in(
        f"{SERVICES}/int_service_seed_owners.sql",
        ("('catalog_entry_id', 'service_id', 'service'),", ""),
        ("('external_id', 'external_id', 'service'),", ""),
        ("('text', 'service_name_key', 'service_name_key'),", ""),
        ("{{ fold_text('service') }}", "service"),
        ("where ranked.choice = 1", "where true"),
    ),
    *_in(
        f"{SERVICES}/int_service_ownership_intervals.sql",
        ("case when is_of_seed then 1 else 2 end", "case when is_of_seed then 2 else 1 end"),
        ("case when is_of_seed then 3 else 4 end", "case when is_of_seed then 4 else 3 end"),
        ("owned_from = first_known_date else", "owned_from is not null else"),
        ("owned_from = first_known_date else", "false else"),
        ("else owned_from_at = first_seen_at end", "else true end"),
        ("else owned_from_at = first_seen_at end", "else false end"),
        ("min(coalesce(owned_from, cast('0001-01-01' as date)))", "min(owned_from)"),
        (
            "min(coalesce(owned_from, cast('0001-01-01' as date))) over",
            "min(case when is_of_seed then owned_from end) over",
        ),
        ("    cast(null as date) as owned_from,\n    owned_to", "    owned_from,\n    owned_to"),
        ("case when is_of_seed then owned_from end as holds_from_date", "null as holds_from_date"),
        ("{{ local_date('owned_from_at') }}", "cast(owned_from_at as date)"),
        ("{{ local_date('owned_to_at') }}", "cast(owned_to_at as date)"),
    ),
    *_in(
        f"{SERVICES}/int_incident_services.sql",
        ("select distinct", "select"),
        ("{{ local_date('incidents.occurred_at') }}", "cast(incidents.occurred_at as date)"),
    ),
]

STEP_MUTATIONS = [
    *_in(
        f"{ATTRIBUTION}/int_field_mapping_rows.sql",
        ("coalesce(field_priority, 1)", "coalesce(field_priority, 2)"),
        ("team_mapping.custom_field = custom_fields.custom_field_id", "false"),
        ("team_mapping.custom_field_name_key = custom_fields.custom_field_name_key", "false"),
        ("union distinct", "union all"),
    ),
    *_in(
        f"{ATTRIBUTION}/int_mapped_fields.sql",
        ("not is_named as is_mapped_by_itself", "true as is_mapped_by_itself"),
        ("where is_named or is_team_field", "where is_named"),
        (
            "if var('auto_map_team_fields') else 'false'",
            "if var('auto_map_team_fields') else 'team_types.catalog_type_id is not null'",
        ),
        ("    where is_team_type\n", ""),
    ),
    *_in(
        f"{ATTRIBUTION}/int_field_value_teams.sql",
        ("('option_id', 'option_id', 'field_value'),", ""),
        ("('catalog_entry_id', 'catalog_entry_id', 'field_value'),", ""),
        ("('external_id', 'external_id', 'field_value'),", ""),
        ("('text', 'field_value_key', 'field_value_key'),", ""),
        ("mapping_rows.custom_field_id\n                and", "mapping_rows.custom_field_id or"),
        ("        1 as field_priority,", "        2 as field_priority,"),
        ("where mapped_field_values.is_mapped_by_itself", "where true"),
        ("            order by preference\n", "            order by preference desc\n"),
        ("where ranked.choice = 1", "where true"),
        ("inner join known_teams on ranked.team_id = known_teams.team_id", ""),
    ),
    *_in(
        f"{ATTRIBUTION}/int_candidates_custom_field.sql",
        ("field_priority > min(field_priority)", "field_priority < max(field_priority)"),
        ("field_priority > min(field_priority) over (partition by incident_id)", "false"),
        ("and field_values.external_id is not distinct from value_teams.external_id", ""),
        ("and field_values.field_value is not distinct from value_teams.field_value", ""),
        ("field_values.value_kind in ('text', 'link')", "false"),
    ),
    *_in(
        f"{ATTRIBUTION}/int_candidates_explicit_owner.sql",
        ("            then 'incident_owners.csv'\n", "            then null\n"),
        ("named.seed_line is null\n            and", "true and"),
        ("on incidents.incident_id = incident_owners.incident\n", "on false\n"),
        ("on {{ fold_text('incidents.reference') }} = incident_owners.reference_key", "on false"),
        ("{{ fold_text('incidents.reference') }} =", "incidents.reference ="),
        ("inner join known_teams on named.team_id = known_teams.team_id", ""),
        ("    select distinct\n", "    select\n"),
    ),
    *_in(
        f"{ATTRIBUTION}/int_candidates_service.sql",
        ("occurred_date >= intervals.holds_from_date", "occurred_date > intervals.holds_from_date"),
        ("occurred_date < intervals.holds_to_date", "occurred_date <= intervals.holds_to_date"),
        ("occurred_at >= intervals.holds_from_at", "occurred_at > intervals.holds_from_at"),
        ("occurred_at < intervals.holds_to_at", "occurred_at <= intervals.holds_to_at"),
        (
            "case when preference > best_preference then 'service_ownership.csv' end as outranked_by",
            "null as outranked_by",
        ),
        ("preference > 2 as ownership_assumed", "preference > 1 as ownership_assumed"),
        ("preference > 2 as ownership_assumed", "preference > 3 as ownership_assumed"),
        (
            "partition by incident_services.incident_id, incident_services.service_id",
            "partition by incident_services.incident_id",
        ),
    ),
    *_in(f"{ATTRIBUTION}/int_attribution_candidates.sql", ("{{ loop.index }} as", "{{ loop.revindex }} as")),
    *_in(
        f"{ATTRIBUTION}/int_incident_attribution.sql",
        (" and not is_outranked", ""),
        (
            "lists | join(', ')",
            "lists | reverse | join(', ')",
        ),
    ),
    *_in(
        f"{ATTRIBUTION}/int_incident_team_credits.sql", ("cast(1 as double) / len(team_ids)", "cast(1 as double)")
    ),
    *_in(
        f"{METRICS}/int_incident_scopes.sql",
        ("sum(credits.weight)", "max(credits.weight)"),
        ("credits.occurred_at >= ancestors.held_from_at", "credits.occurred_at > ancestors.held_from_at"),
        ("credits.occurred_at < ancestors.held_to_at", "credits.occurred_at <= ancestors.held_to_at"),
    ),
    *_in(
        "macros/attribution_steps.sql",
        ("if 'organisation' not in steps", "if false"),
    ),
    *_in(
        f"{CUSTOM_FIELDS}/int_custom_fields.sql",
        (
            "coalesce(definitions.custom_field_name, embedded.custom_field_name)",
            "coalesce(embedded.custom_field_name, definitions.custom_field_name)",
        ),
        ("full outer join embedded", "left join embedded"),
    ),
    *_in(
        f"{CUSTOM_FIELDS}/int_incident_field_values.sql",
        (
            "coalesce(options.option_value, catalog_entries.catalog_entry_name, field_entries.embedded_value)",
            "coalesce(field_entries.embedded_value, options.option_value, catalog_entries.catalog_entry_name)",
        ),
        (
            "coalesce(catalog_entries.external_id, field_entries.embedded_external_id)",
            "catalog_entries.external_id",
        ),
    ),
]

REPORT_MUTATIONS = [
    *_in(
        f"{CORE}/dim_incident_timestamps.sql",
        ("{{ timestamp_name_key('timestamp_name') }}", "{{ fold_text('timestamp_name') }}"),
        ("list(role order by role)", "list(role order by role desc)"),
        ("left join roles_of_names", "inner join roles_of_names"),
    ),
    *_in(
        f"{CORE}/fct_attribution_evidence.sql",
        (
            "when not ((incidents.is_private or {{ is_pii_hashed() }}) and candidates.is_free_text)",
            "when true",
        ),
        (
            "when not ((incidents.is_private or {{ is_pii_hashed() }}) and candidates.is_free_text)",
            "when not incidents.is_private",
        ),
        (" and not candidates.is_outranked as is_winner", " as is_winner"),
    ),
    *_in(
        f"{ATTRIBUTION}/int_unmapped_values.sql",
        ("    where is_eligible\n", ""),
        ("where not (incidents.is_private and field_values.value_kind in ('text', 'link'))", ""),
        (
            "where not (incidents.is_private and field_values.value_kind in ('text', 'link'))",
            "where not incidents.is_private",
        ),
        ("where value_teams.team_id is null and", "where"),
    ),
    *_in(
        f"{REPORTS}/rpt_unmapped_values.sql",
        ("    where is_active\n", ""),
        ("    having count(*) = 1\n", ""),
        ("count(distinct incident_id)", "count(incident_id)"),
        ("max(occurred_at)", "min(occurred_at)"),
    ),
    *_in(
        f"{METRICS}/int_incident_trust.sql",
        (" and not candidates.is_outranked", ""),
        ("        and attribution.attribution_step = assumptions.attribution_step\n", ""),
        ("    where occurred_at <= {{ as_of() }}\n", ""),
    ),
    *_in(
        f"{REPORTS}/rpt_attribution_trust.sql",
        (
            "credited_organisation / eligible_counts.total_incidents as fallback_share",
            "credited_service / eligible_counts.total_incidents as fallback_share",
        ),
        ("when {{ incidents_read_at() }} > {{ as_of() }} then 0", ""),
        ("when newest_periods.period_start is null then null", ""),
        ("max(period_start) as period_start", "min(period_start) as period_start"),
        ("    where is_eligible\n", ""),
        ("    where not is_eligible\n", ""),
        ("    where unmapped_values.occurred_at <= {{ as_of() }}\n", ""),
        (
            "count(distinct { 'field': unmapped_values.custom_field, 'value': unmapped_values.field_value })",
            "count(*)",
        ),
        (
            "count(distinct { 'field': unmapped_values.custom_field, 'value': unmapped_values.field_value })",
            "count(distinct unmapped_values.field_value)",
        ),
        ("{{ incidents_swept_at() }} as last_full_sweep_at", "{{ incidents_read_at() }} as last_full_sweep_at"),
        ("where is_ownership_assumed", "where true"),
        ("where duration_status = 'invalid_timestamps'", "where duration_status = 'ok'"),
        ("where duration_status = 'timestamps_missing'", "where duration_status <> 'ok'"),
    ),
]

ATTRIBUTION_MUTATIONS = (
    *HISTORY_MUTATIONS,
    *TEAM_MUTATIONS,
    *CATALOG_MUTATIONS,
    *SERVICE_MUTATIONS,
    *STEP_MUTATIONS,
    *REPORT_MUTATIONS,
)
