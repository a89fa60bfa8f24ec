"""Breaks rules of the SQL one at a time: which breakages does neither a generated account nor a unit test notice?

Run by hand: `python -m tests.dbt.mutations [accounts [text ...]]`, where a text picks the files whose path
holds it. Exit code 1 when a mutation survives `accounts` accounts of every variant, or when its text is gone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.dbt.mutation import UNNOTICED, Mutation, report
from tests.dbt.mutation_bench import MutationBench
from tests.dbt.mutation_units import UnitTests
from tests.dbt.mutations_attribution import ATTRIBUTION_MUTATIONS

ACCOUNTS = 20
INCIDENTS = "models/intermediate/incidents"
PEOPLE = "models/intermediate/people"
PERIODS = "models/intermediate/periods"
METRICS = "models/intermediate/metrics"
CORE = "models/marts/core"
FIELDS = "models/intermediate/custom_fields"
FOLLOW_UPS = "models/intermediate/follow_ups"
DURATIONS = "models/intermediate/durations"
DIMENSIONS = "models/intermediate/dimensions"


MUTATIONS = (
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "coalesce(impact_started_at, reported_at, declared_at, created_at)",
        "coalesce(impact_started_at, declared_at, reported_at, created_at)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "coalesce(declared_at, reported_at, created_at)",
        "coalesce(reported_at, declared_at, created_at)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "recorded_resolved_at > last_reopened_at",
        "recorded_resolved_at >= last_reopened_at",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "case when not is_retrospective then acknowledged_at end",
        "acknowledged_at",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_reopens.sql",
        "max(entered_at) filter (where is_reopen)",
        "min(entered_at) filter (where is_reopen)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_status_history.sql",
        "order by entered_at, incident_update_id",
        "order by entered_at, incident_update_id desc",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_status_history.sql",
        "coalesce(statuses.status_category, incident_updates.recorded_status_category)",
        "coalesce(incident_updates.recorded_status_category, statuses.status_category)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_eligibility.sql",
        "when incidents.deleted_at is not null then 'deleted'",
        "when false then 'deleted'",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_eligibility.sql",
        "incidents.severity_rank < rules",
        "incidents.severity_rank <= rules",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_pauses.sql",
        "greatest(paused_entries.entered_at, instants.occurred_at)",
        "paused_entries.entered_at",
    ),
    Mutation(
        f"{INCIDENTS}/int_incidents_classified.sql",
        "coalesce(severities.severity_rank, incidents.severity_rank)",
        "incidents.severity_rank",
    ),
    Mutation(f"{INCIDENTS}/int_timestamp_roles.sql", "where seed_roles.role is null", "where true"),
    Mutation(
        f"{INCIDENTS}/int_timestamp_roles.sql", "('mitigated', 'Fixed at', 2)", "('mitigated', 'Fixed at', 0)"
    ),
    Mutation("macros/status_class.sql", "('triage', 'live', 'paused')", "('triage', 'live')"),
    Mutation("macros/status_category.sql", "when 'post-incident' then 'learning'", ""),
    Mutation("macros/timestamp_name_key.sql", "' at$'", "' never$'"),
    Mutation("macros/elapsed_seconds.sql", "// 1000000", "// 1000000 + 1"),
    Mutation("macros/fold_text.sql", "staging.fold_text({{ text }})", "lower(trim({{ text }}))"),
    Mutation("macros/periods.sql", "{{ local_date }} + 1) as date) - 1", "{{ local_date }}) as date) - 1"),
    Mutation(f"{PERIODS}/int_periods.sql", "as_of_local >= period_end", "as_of_local > period_end"),
    Mutation(f"{PERIODS}/int_periods.sql", "coalesce(period_start >= coverage_start_date, true)", "true"),
    Mutation(
        f"{PERIODS}/int_periods.sql", "where period_start < as_of_local", "where period_start <= as_of_local"
    ),
    Mutation(f"{PERIODS}/int_coverage.sql", "is_eligible and occurred_at <= {{ as_of() }}", "is_eligible"),
    Mutation(
        f"{PERIODS}/int_coverage.sql",
        """and {{ local_date('occurred_at') }} >= cast""",
        "and current_date >= cast",
    ),
    Mutation(f"{METRICS}/int_incident_dates.sql", "{{ name }}_instant <= {{ as_of() }}", "true"),
    Mutation("macros/incident_days.sql", "greatest(occurred_at, resolved_at)", "resolved_at"),
    Mutation("macros/incident_days.sql", "coalesce(mitigated_at, resolved_at)", "resolved_at"),
    Mutation(f"{METRICS}/int_incident_dates.sql", "where is_eligible", ""),
    Mutation(
        f"{METRICS}/int_scope_periods.sql", "periods.period_end > coalesce(", "periods.period_end >= coalesce("
    ),
    Mutation(f"{PERIODS}/int_period_days.sql", "period_end - 1", "period_end"),
    Mutation("models/marts/metrics/rpt_metrics_by_severity.sql", "left join counted", "inner join counted"),
    Mutation(
        f"{METRICS}/int_scope_period_counts.sql",
        "sum(count_occurred) filter (where is_in_spine) over so_far",
        "sum(count_occurred) over so_far",
    ),
    Mutation(
        f"{METRICS}/int_metrics_by_period.sql", "when periods.elapsed_days >= 1", "when periods.elapsed_days > 0"
    ),
    Mutation(f"{CORE}/fct_incident_people.sql", "where not is_private", "where true"),
    Mutation(
        f"{CORE}/fct_incidents.sql", "local_date('incidents.occurred_at')", "local_date('incidents.created_at')"
    ),
    Mutation(f"{FIELDS}/int_field_value_counts.sql", "where not is_masked and", "where"),
    Mutation(
        f"{FIELDS}/int_field_value_counts.sql", "attribution_step != 'custom_field'", "attribution_step != ''"
    ),
    Mutation(f"{FIELDS}/int_field_value_counts.sql", "select distinct", "select"),
    Mutation(
        f"{METRICS}/int_scopes.sql", "min(incident_dates.occurred_date)", "max(incident_dates.occurred_date)"
    ),
    Mutation(f"{METRICS}/int_scopes.sql", "    where occurred_date is not null\n", ""),
    Mutation(
        f"{FIELDS}/int_field_value_counts.sql",
        "count(*) filter (where is_eligible)",
        "count(*)",
    ),
    Mutation(f"{FIELDS}/int_field_counts.sql", "    where is_eligible\n", ""),
    Mutation(f"{FIELDS}/int_field_counts.sql", "count(distinct field_values.incident_id)", "count(*)"),
    Mutation(f"{METRICS}/int_severities.sql", "    where is_eligible\n", ""),
    Mutation(f"{METRICS}/int_severity_counts.sql", "    where is_counted\n", ""),
    Mutation(f"{CORE}/dim_custom_fields.sql", "count_incidents > 0 and team_ids is null", "team_ids is null"),
    Mutation(f"{CORE}/dim_team_names.sql", "unnest(team_entries.aliases)", "team_entries.catalog_entry_name"),
    Mutation(
        "models/intermediate/custom_fields/int_offered_field_values.sql",
        "where archived_at is null and deleted_at is null",
        "where deleted_at is null",
    ),
    Mutation(
        f"{METRICS}/int_metrics_compared.sql",
        "coalesce(lag(is_complete) over (partition by grain order by period_start), false)",
        "lag(period_start) over (partition by grain order by period_start) is not null",
    ),
    Mutation(f"{METRICS}/int_metrics_compared.sql", "metrics.is_complete and periods", "periods"),
    Mutation(
        "macros/comparisons.sql",
        "'open_at_period_end', 'kind': 'number', 'nothing': '0'",
        "'open_at_period_end', 'kind': 'number', 'nothing': 'null'",
    ),
    Mutation("macros/comparisons.sql", "nullif({{ metric.name }}_previous, 0)", "nullif({{ metric.name }}, 0)"),
    Mutation(
        "macros/comparisons.sql",
        "name ~ '_low', name ~ '_previous', name ~ '_previous_high'",
        "name ~ '_high', name ~ '_previous', name ~ '_previous_high'",
    ),
    Mutation("macros/comparisons.sql", "1.959963984540054e0", "1.6448536269514722e0"),
    Mutation("macros/comparisons.sql", "({{ events }} + 1) * power(", "({{ events }} + 0) * power("),
    Mutation(f"{PERIODS}/int_trailing_windows.sql", "grain = 'week' and is_complete", "grain = 'week'"),
    Mutation(f"{PERIODS}/int_trailing_windows.sql", "count_weeks >= 2 * lengths", "count_weeks > 2 * lengths"),
    Mutation(f"{PERIODS}/int_trailing_windows.sql", "complete_weeks.recency <= ", "complete_weeks.recency < "),
    Mutation(
        f"{METRICS}/int_trailing_counts.sql",
        "coalesce(before_window.{{ so_far }}, 0) - coalesce(before_previous",
        "before_window.{{ so_far }} - coalesce(before_previous",
    ),
    Mutation(
        f"{METRICS}/int_trailing_time_to_resolve.sql",
        "windows.window_start <= weeks.period_start",
        "windows.window_start < weeks.period_start",
    ),
    Mutation(f"{FOLLOW_UPS}/int_follow_ups.sql", "('deleted', 'not_doing')", "('deleted')"),
    Mutation(f"{FOLLOW_UPS}/int_follow_ups.sql", "and deleted_at is null", ""),
    Mutation(
        f"{FOLLOW_UPS}/int_follow_ups.sql",
        "completed_at <= created_at + interval '720 hours'",
        "completed_at < created_at + interval '720 hours'",
    ),
    Mutation(f"{FOLLOW_UPS}/int_follow_ups.sql", "status = 'completed' and", ""),
    Mutation(
        "models/marts/core/fct_follow_ups.sql", "coalesce(incidents.is_private, true)", "incidents.is_private"
    ),
    Mutation(
        f"{METRICS}/int_follow_up_days.sql",
        "local_date('created_at')",
        "local_date('coalesce(completed_at, created_at)')",
    ),
    Mutation(f"{METRICS}/int_follow_up_days.sql", "is_counted and created_at <= {{ as_of() }}", "is_counted"),
    Mutation(f"{METRICS}/int_follow_up_days.sql", "filter (where follow_ups.is_completed_within_30_days)", ""),
    Mutation(f"{METRICS}/int_scope_days.sql", "coalesce(memberships.weight, 1)", "1"),
    Mutation(
        f"{METRICS}/int_scope_days.sql",
        "incidents.ended_date as local_date",
        "incidents.resolved_date as local_date",
    ),
    Mutation(f"{METRICS}/int_metrics_by_period.sql", "and periods.is_settled_for_30_days", ""),
    Mutation(f"{PERIODS}/int_periods.sql", "interval '720 hours'", "interval '721 hours'"),
    Mutation(f"{PEOPLE}/int_person_involvements.sql", "or not is_private", "or true"),
    Mutation(f"{PEOPLE}/int_incident_people.sql", "('responder', 'collaborator')", "('responder')"),
    Mutation(f"{PEOPLE}/int_incident_people.sql", "('responder', 'collaborator')", "('collaborator')"),
    Mutation(f"{PEOPLE}/int_incident_people.sql", "('responder', 'collaborator')", "('responder', 'observer')"),
    Mutation(
        f"{PEOPLE}/int_incident_people.sql",
        "participant_type in ('responder', 'collaborator')",
        "participation = 'active'",
    ),
    Mutation(f"{PEOPLE}/int_incident_people.sql", " and participants.deleted_at is null", ""),
    Mutation("macros/duration_statistics.sql", "or {{ var('person_durations') }}", ""),
    Mutation(f"{DURATIONS}/int_native_duration_values.sql", "entry.status = 'success' and", ""),
    Mutation(f"{DURATIONS}/int_native_duration_values.sql", "entry.value_seconds >= 0", "entry.value_seconds > 0"),
    Mutation(f"{DURATIONS}/int_native_durations.sql", "max_by(embedded_name", "min_by(embedded_name"),
    Mutation(
        f"{DURATIONS}/int_native_durations.sql", "when by_name.native_duration is not null then", "when false then"
    ),
    Mutation(f"{DURATIONS}/int_native_durations.sql", ", '-', '_')", ", '-', '-')"),
    Mutation(
        f"{DURATIONS}/int_native_duration_statistics.sql",
        "dates.resolved_date\n",
        "dates.acknowledged_date as resolved_date\n",
    ),
    Mutation("models/marts/core/fct_incident_native_durations.sql", ") > {{ larg", ") >= {{ larg"),
    Mutation(
        "models/marts/metrics/rpt_metrics_by_duration.sql",
        "and periods.period_end > coalesce(scopes.first_active_date, periods.period_start)",
        "",
    ),
    Mutation(
        f"{DIMENSIONS}/int_listed_field_values.sql",
        "('option', 'catalog_entry')",
        "('option', 'catalog_entry', 'text')",
    ),
    Mutation(f"{DIMENSIONS}/int_dimensions.sql", "count_values <= {{", "count_values < {{"),
    Mutation(f"{DIMENSIONS}/int_listed_field_values.sql", "where is_eligible", ""),
    Mutation(f"{DIMENSIONS}/int_incident_dimensions.sql", "select distinct", "select"),
    Mutation(f"{DIMENSIONS}/int_dimension_members.sql", "where scope_type <> 'person'", ""),
    Mutation(
        f"{DIMENSIONS}/int_dimension_members.sql", "dates.occurred_date", "dates.ended_date as occurred_date"
    ),
    Mutation(
        "macros/dimension_statistics.sql",
        "hundredfold_place <= {{ percent }} * last_place",
        "hundredfold_place < {{ percent }} * last_place",
    ),
    Mutation(
        "macros/dimension_statistics.sql",
        "order by members.time_to_resolve_seconds",
        "order by members.time_to_resolve_seconds desc",
    ),
    Mutation(f"{METRICS}/int_scope_twins.sql", "or teams_above_others.team_id is null", ""),
    Mutation(f"{METRICS}/int_scope_twins.sql", "or teams_above_others.team_id is null", "or true"),
    Mutation(f"{METRICS}/int_scope_twins.sql", "then 'organisation' else 'team'", "then 'team' else 'team'"),
    Mutation(f"{METRICS}/int_scope_twins.sql", "where team_id <> ancestor_team_id", ""),
    Mutation(f"{METRICS}/int_metrics_by_period.sql", "scopes.figures_key", "scopes.scope_key"),
    Mutation("models/marts/metrics/rpt_metrics_by_dimension.sql", "scopes.figures_key", "scopes.scope_key"),
    Mutation("models/marts/metrics/rpt_metrics_by_duration.sql", "scopes.figures_key", "scopes.scope_key"),
    Mutation("models/marts/metrics/rpt_metrics_trailing.sql", "scopes.figures_key", "scopes.scope_key"),
    Mutation(
        "models/marts/metrics/rpt_metrics_by_dimension.sql", "full outer join durations", "left join durations"
    ),
    Mutation(
        "models/staging/incident_io/stg_incident_io__incidents.sql",
        "coalesce(visibility <> 'public', true)",
        "coalesce(visibility = 'private', false)",
    ),
    *ATTRIBUTION_MUTATIONS,
)


def _outcomes(scratch: Path, mutations: list[Mutation], accounts: int) -> Iterator[tuple[Mutation, str]]:
    """What noticed each mutation: a generated account, else a unit test of dbt, else nothing."""
    unit_tests: UnitTests | None = None
    for mutation, outcome in MutationBench(scratch / "accounts").try_out(mutations, accounts):
        if outcome == UNNOTICED:
            unit_tests = unit_tests or UnitTests(scratch / "unit-tests")
            yield mutation, "noticed (unit test)" if unit_tests.notice(mutation) else outcome
        else:
            yield mutation, outcome


def main(accounts: int, *texts: str) -> int:
    """Try every mutation of the files picked; print one line each and return the number that were not noticed."""
    mutations = [mutation for mutation in MUTATIONS if any(text in mutation.file for text in texts or ("",))]
    with tempfile.TemporaryDirectory(prefix="mutations-") as scratch:
        return report(_outcomes(Path(scratch), mutations, accounts), len(mutations))


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(1 if main(int(given[0]) if given else ACCOUNTS, *given[1:]) else 0)
