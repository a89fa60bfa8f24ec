"""A command run as its own process, and a small published file made by hand for the commands that only read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class Finished:
    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.stdout)


def environment(home: Path, **extra: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "LANG": "C.UTF-8",
        "INCIDENT_MARTS_HOME": str(home),
    } | extra


def run_command(home: Path, *arguments: str, **extra: str) -> Finished:
    home.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "apps.cli", *arguments],
        cwd=home.parent,
        env=environment(home, **extra),
        capture_output=True,
        text=True,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


MARTS = """
create schema marts;

create table marts.dim_teams as
select *, 'seed' as source, true as is_active from (values
    ('organisation', 'Harbour', null, true), ('payments', 'Payments', 'organisation', false),
    ('straße', 'Straßenbau', 'organisation', false), ('twin-1', 'Twins', 'organisation', false),
    ('twin-2', 'Twins', 'organisation', false)
) teams (team_id, team_name, parent_team_id, is_root);

create table marts.dim_people as
from (values ('u1', 'Ada', 'ada@example.com'), ('u2', null, null)) people (person_id, name, email);

create table marts.fct_incidents as
from (values
    ('01A', 'INC-7', 'Card payments fail', 'https://example.com/7', 'standard', 'closed', 'Major', 'Production',
        false, true, null, timestamptz '2026-03-01 10:00:00Z', timestamptz '2026-03-01 12:00:00Z', 'custom_field'),
    ('01B', 'INC-8', 'Private incident', null, 'test', 'live', null, null,
        true, false, 'test', timestamptz '2026-03-02 10:00:00Z', null, 'explicit_owner')
) incidents (
    incident_id, reference, name, permalink, mode, status_category, severity_name, incident_type, is_private,
    is_eligible, exclusion_reason, occurred_at, resolved_at, attribution_step
);

create table marts.fct_incident_teams as
from (values
    ('01A', 'INC-7', 'payments', 'custom_field', 1.0::double),
    ('01B', 'INC-8', 'payments', 'explicit_owner', 1.0)
) credits (incident_id, reference, team_id, attribution_step, team_weight);

create table marts.fct_attribution_evidence as
from (values
    ('01A', 1, 'INC-7', 'custom_field', 1, 'payments', true, 'Owner', 'Pay', 'text', 1, 'team_mapping.csv', 12,
        null::date, null::date, false, null),
    ('01A', 2, 'INC-7', 'custom_field', 1, 'straße', false, 'Area', 'Roads', 'option_id', 2,
        'team_mapping.csv', 14, null, null, false, 'field_priority'),
    ('01A', 3, 'INC-7', 'service', 3, 'straße', false, 'Checkout', 'checkout', 'name', null,
        'service_ownership.csv', 3, date '2026-01-01', null, false, null),
    ('01A', 4, 'INC-7', 'organisation', 4, 'organisation', false, 'root_team_id', 'organisation', 'always', null,
        null, null, null, null, false, null),
    ('01B', 1, 'INC-8', 'explicit_owner', 2, 'payments', true, 'incident_owners', 'INC-8', 'reference', null,
        'incident_owners.csv', 5, null, null, false, null),
    ('01B', 2, 'INC-8', 'explicit_owner', 2, 'straße', false, 'team_ids', '01TEAM', 'team_id', null,
        null, null, null, null, false, 'incident_owners.csv'),
    ('01B', 3, 'INC-8', 'organisation', 4, 'organisation', false, 'root_team_id', 'organisation', 'always', null,
        null, null, null, null, false, null)
) evidence (
    incident_id, evidence_number, reference, attribution_step, step_priority, team_id, is_winner, source_name,
    source_value, matched_by, field_priority, seed_file, seed_line, owned_from, owned_to, ownership_assumed,
    outranked_by
);

create table marts.fct_incident_custom_fields as
from (values
    ('01A', 'Region', 'Nowhere', null), ('01A', 'Owner', 'Pay', null), ('01A', 'Services', 'Ledger', 'svc-2'),
    ('01A', 'Services', 'Checkout', 'svc-1')
) fields (incident_id, custom_field_name, field_value, catalog_entry_id);

create table marts.dim_services as
from (values ('svc-1', 'ext-1', 'Checkout', 'services'), ('svc-2', null, 'Ledger', 'services')) services
    (service_id, external_id, service_name, catalog_type_id);

create table marts.rpt_restatements as
from (values (
    'run-2', 1, timestamptz '2026-03-05 05:00:00Z', 'mapping_edit', '01A', 'service: straße',
    'custom_field: payments', ['straße'], ['payments']
)) restatements (
    run_id, restatement_number, as_of, reason, incident_id, old_value, new_value, old_team_ids, new_team_ids
);

create table marts.dim_incident_timestamps as
from (values
    ('t-1', 'Resolved at', 'resolved', ['resolved']), ('t-2', 'Straße frei', 'strasse frei', null)
) timestamps (timestamp_id, timestamp_name, timestamp_name_key, roles);

create table marts.dim_custom_fields as
from (values
    ('f-owner', 'Owner', 'single_select', null, null, 'seed', 6, 7, 5, 40),
    ('f-region', 'Region', 'text', null, null, 'none', 1, 0, 1, 4),
    ('f-squad', 'Squad', 'single_select', 'team-type', 'Team', 'auto', 1, 2, 1, 3),
    ('f-services', 'Services', 'multi_select', 'services', 'Service', 'none', 1, 2, 1, 9),
    ('f-twin-1', 'Twin', 'single_select', null, null, 'none', 1, 1, 1, 1),
    ('f-twin-2', ' TWIN ', 'single_select', null, null, 'none', 1, 1, 1, 1)
) fields (
    custom_field_id, custom_field_name, field_type, catalog_type_id, catalog_type_name, mapped_by, count_values,
    count_offered_values, count_unmapped_values, count_incidents
);

create table marts.dim_custom_field_values as
select *, replace(lower(trim(field_value)), 'ß', 'ss') as field_value_key
from (values
    ('f-owner', 'o-pay', null, null, 'Pay', true, 12, 0, ['payments']),
    ('f-owner', 'o-exact', null, null, 'Payments', true, 3, 2, null),
    ('f-owner', 'o-folded', null, null, ' STRASSENBAU ', true, 9, 9, null),
    ('f-owner', 'o-alias', null, null, 'billing', true, 5, 4, null),
    ('f-owner', 'o-fuzzy', null, null, 'Payments team', true, 7, 6, null),
    ('f-owner', 'o-twins', null, null, 'Twins', true, 30, 30, null),
    ('f-owner', 'o-unused', null, null, 'Harbour', true, 0, 0, null),
    ('f-region', null, null, null, 'Nowhere', false, 4, 4, null),
    ('f-region', null, null, null, 'The payments failed', false, 4, 4, null),
    ('f-squad', null, 'e-1', 'ext-9', 'Payments', true, 3, 3, null),
    ('f-services', null, 'svc-1', 'ext-1', 'Payments', true, 9, 9, null),
    ('f-twin-1', 'o-1', null, null, 'Payments', true, 1, 1, null),
    ('f-twin-2', 'o-2', null, null, 'Straßenbau', true, 1, 1, null)
) field_values (
    custom_field_id, option_id, catalog_entry_id, external_id, field_value, is_offered, count_incidents,
    count_incidents_to_gain, team_ids
)
inner join (select custom_field_id, custom_field_name from marts.dim_custom_fields) using (custom_field_id)
cross join (select timestamptz '2026-03-01 10:00:00Z' as last_seen_at);

create table marts.dim_team_names as
from (values
    ('organisation', 'team_name', 'Harbour'), ('payments', 'team_name', 'Payments'),
    ('payments', 'alias', 'Billing'), ('payments', 'external_id', 'pay-ext'),
    ('straße', 'team_name', 'Straßenbau'), ('straße', 'incident_io_team_id', '01TEAM'),
    ('twin-1', 'team_name', 'Twins'), ('twin-2', 'team_name', 'Twins')
) names (team_id, name_kind, name);

create table marts.rpt_unmapped_values as
from (values ('Region', 'Nowhere', 4, 'payments'), ('Owner', 'Nowhere', 1, null)) unmapped
    (custom_field, field_value, count_incidents, suggested_team_id);

create table marts.rpt_metrics_monthly as
select
    scope_type, scope_id, rollup, period_start, scope_name, period_start + interval 1 month as period_end,
    period_start < date '2026-03-01' as is_complete, 31.0 as elapsed_days, 9 as total_incidents,
    2.0323 as incidents_per_week, 8 as incidents_resolved, 1 as open_at_period_end, 8 as time_to_resolve_n_hours,
    2 as incidents_led, 3 as incidents_involved, 4 as incidents_reported, 12.25::double as workload_hours,
    5.0 as time_to_resolve_mean_hours, 4.5 as time_to_resolve_p50_hours, null::double as time_to_resolve_p90_hours
from
    (values
        ('organisation', 'organisation', 'direct', 'Harbour'), ('team', 'payments', 'direct', 'Payments'),
        ('team', 'payments', 'subtree', 'Payments'), ('person', 'u1', 'direct', 'Ada')
    ) scopes (scope_type, scope_id, rollup, scope_name),
    (values (date '2026-01-01'), (date '2026-02-01'), (date '2026-03-01')) periods (period_start);
"""


def publish_small_marts(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "account.json").write_text('{"dashboard_url": "https://app.incident.io/x"}')
    # As published: a link to a copy of another name, because a catalog named like its schema is ambiguous.
    with duckdb.connect(str(home / "copy.duckdb")) as connection:
        connection.execute(MARTS)
    (home / "marts.duckdb").symlink_to("copy.duckdb")
