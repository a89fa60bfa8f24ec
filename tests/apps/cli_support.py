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
select *, 'seed' as source from (values
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
        true, false, 'test', timestamptz '2026-03-02 10:00:00Z', null, 'organisation')
) incidents (
    incident_id, reference, name, permalink, mode, status_category, severity_name, incident_type, is_private,
    is_eligible, exclusion_reason, occurred_at, resolved_at, attribution_step
);

create table marts.fct_incident_teams as
from (values
    ('01A', 'INC-7', 'payments', 'custom_field', 1.0::double),
    ('01B', 'INC-8', 'organisation', 'organisation', 1.0)
) credits (incident_id, reference, team_id, attribution_step, team_weight);

create table marts.fct_attribution_evidence as
from (values
    ('01A', 1, 'INC-7', 'custom_field', 1, 'payments', true, 'Owner', 'Pay', 'text', 1, 'team_mapping.csv', 12,
        null::date, null::date, false),
    ('01A', 2, 'INC-7', 'custom_field', 1, 'straße', false, 'Area', 'Roads', 'option_id', 2,
        'team_mapping.csv', 14, null, null, false),
    ('01A', 3, 'INC-7', 'service', 3, 'straße', false, 'Checkout', 'checkout', 'name', null,
        'service_ownership.csv', 3, date '2026-01-01', null, false),
    ('01A', 4, 'INC-7', 'organisation', 4, 'organisation', false, 'root_team_id', 'organisation', 'always', null,
        null, null, null, null, false),
    ('01B', 1, 'INC-8', 'organisation', 4, 'organisation', true, 'root_team_id', 'organisation', 'always', null,
        null, null, null, null, false)
) evidence (
    incident_id, evidence_number, reference, attribution_step, step_priority, team_id, is_winner, source_name,
    source_value, matched_by, field_priority, seed_file, seed_line, owned_from, owned_to, ownership_assumed
);

create table marts.fct_incident_custom_fields as
from (values ('01A', 'Region', 'Nowhere'), ('01A', 'Owner', 'Pay')) fields
    (incident_id, custom_field_name, field_value);

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
