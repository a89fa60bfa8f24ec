"""`incident-marts run` over the demo API: what is published, and that it is right, stable and readable."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from apps.demo_api.account import Account
from apps.demo_api.server import DemoServer
from pipelines.settings import DEMO_SEEDS_DIR, PROJECT_ROOT

from .conftest import INCIDENTS
from .product import Finished, Product

GOLDEN = Path(__file__).parent / "golden.json"
MARTS = {
    *("dim_teams", "dim_people", "dim_services"),
    *("fct_incidents", "fct_incident_teams", "fct_attribution_evidence", "fct_incident_custom_fields"),
    *("fct_incident_people", "fct_follow_ups"),
    *("rpt_metrics_weekly", "rpt_metrics_monthly", "rpt_metrics_quarterly", "rpt_metrics_by_severity"),
    *("rpt_metrics_trailing", "rpt_metrics_by_duration", "rpt_metrics_by_dimension"),
    *("fct_incident_native_durations", "dim_custom_fields", "dim_custom_field_values", "dim_team_names"),
    "dim_incident_timestamps",
    *("rpt_attribution_trust", "rpt_unmapped_values", "metric_catalogue", "run_log", "rpt_restatements"),
    "rpt_unresolved_references",
}
RAW = {
    *("incidents", "incident_updates", "follow_ups", "custom_fields", "custom_field_options", "catalog_types"),
    *("catalog_entries", "teams", "users", "severities", "incident_statuses", "incident_types"),
    *("incident_roles", "incident_timestamps", "actions", "incident_attachments", "alerts", "incident_alerts"),
    *("escalations", "schedules", "incident_participants"),
}
SUMMARIES = {
    "credits_by_step": """
        select attribution_step, count(*), cast(sum(team_weight) as decimal(18, 6))
        from marts.fct_incident_teams group by all order by all""",
    "exclusions": """
        select coalesce(exclusion_reason, 'counts'), count(*) from marts.fct_incidents
        group by all order by all""",
    "organisation_by_quarter": """
        select period_start, total_incidents, incidents_resolved, open_at_period_end, cumulative_incidents,
            time_to_resolve_n_hours, cast(time_to_resolve_p50_hours as decimal(18, 4)),
            cast(time_to_resolve_mean_hours as decimal(18, 4)), is_complete
        from marts.rpt_metrics_quarterly where scope_type = 'organisation' order by period_start""",
    "teams": """
        select scope_id, rollup, sum(total_incidents), cast(sum(incidents_weighted) as decimal(18, 6))
        from marts.rpt_metrics_quarterly where scope_type = 'team' group by all order by all""",
    "unmapped_values": """
        select custom_field, field_value, count_incidents from marts.rpt_unmapped_values order by all""",
}


def records(account: Account, resource: str) -> list[dict]:
    """The records the server answers with, as dicts."""
    table = getattr(account, resource)
    return [table.load(position) for position in range(len(table))]


def test_the_run_publishes_every_mart_and_loads_every_raw_table(first_run: Finished, product: Product):
    assert set(first_run.document["published"]["tables"]) >= MARTS
    assert set(product.raw()) == RAW
    assert set(first_run.document["rows"]) == RAW
    assert first_run.document["ok"] is True
    assert (product.home / "export" / "fct_incidents.parquet").is_file()


def test_raw_incidents_are_the_incidents_of_every_mode_and_category(
    first_run: Finished, product: Product, company: Account
):
    served = records(company, "incidents")
    assert abs(len(served) - INCIDENTS) < INCIDENTS / 10
    with duckdb.connect(str(product.home / "warehouse.duckdb"), read_only=True) as connection:
        loaded = connection.execute(
            "select id, mode, incident_status ->> 'category' from raw_incident_io.incidents"
        ).fetchall()
    expected = Counter((row["id"], row["mode"], row["incident_status"]["category"]) for row in served)
    assert Counter(loaded) == expected
    assert len({mode for _, mode, _ in loaded}) == 4
    assert {"declined", "canceled", "merged"} <= {category for _, _, category in loaded}


def test_nested_values_and_text_arrive_in_the_warehouse_unchanged(
    first_run: Finished, product: Product, company: Account
):
    with duckdb.connect(str(product.home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select id, name, cast(custom_field_entries as varchar), cast(team_ids as varchar),"
            " epoch_us(updated_at) from raw_incident_io.incidents"
        ).fetchall()
    served = {row["id"]: row for row in records(company, "incidents")}
    for incident_id, name, entries, team_ids, updated_at in rows:
        record = served[incident_id]
        assert name == record["name"]
        assert json.loads(entries) == record["custom_field_entries"]
        assert json.loads(team_ids) == record["team_ids"]
        moment = pd.Timestamp(record["updated_at"])
        assert updated_at == moment.value // 1000


def test_totals_agree_with_a_plain_count_over_what_the_api_served(
    first_run: Finished, product: Product, company: Account
):
    hidden = {"declined", "canceled", "merged", "triage"}
    counts = [
        row
        for row in records(company, "incidents")
        if row["mode"] in ("standard", "retrospective") and row["incident_status"]["category"] not in hidden
    ]
    for grain in ("weekly", "monthly", "quarterly"):
        [(total,)] = product.query(
            f"select sum(total_incidents) from marts.rpt_metrics_{grain} where scope_type = 'organisation'"
        )
        assert total == len(counts)
    [(eligible,)] = product.query("select count(*) from marts.fct_incidents where is_eligible")
    assert eligible == len(counts)


def test_the_run_writes_down_who_owned_what_and_publishes_none_of_it(first_run: Finished, product: Product):
    with duckdb.connect(str(product.home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for table in ("runs_seen", "service_owners_seen", "team_names_seen", "team_parents_seen"):
            rows = connection.execute(
                f"select distinct dbt_valid_from, dbt_valid_to from history.{table}"
            ).fetchall()
            assert rows == [(product.as_of, None)], table
    schemas = product.query("select distinct schema_name from duckdb_tables() where not internal")
    assert schemas == [("marts",)]


def test_the_marts_tell_when_everything_was_last_read(first_run: Finished, product: Product):
    swept = product.query("select distinct last_full_sweep_at from marts.rpt_attribution_trust")
    assert swept == [(product.as_of,)]
    lags = product.query(
        "select source_lag_minutes from marts.rpt_attribution_trust where source_lag_minutes is not null"
    )
    assert lags == [(0,)] * 3


def test_all_four_steps_of_the_chain_win_somewhere(first_run: Finished, product: Product):
    steps = {step for (step,) in product.query("select distinct attribution_step from marts.fct_incidents")}
    assert steps == {"custom_field", "explicit_owner", "service", "organisation"}


@pytest.mark.parametrize("summary", SUMMARIES)
def test_the_numbers_are_the_golden_ones(first_run: Finished, product: Product, summary: str):
    """A change of these numbers is a restatement: rewrite them with write_golden.py and say why."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found = json.loads(json.dumps(product.query(SUMMARIES[summary]), default=str))
    assert found == golden[summary]


def test_a_second_run_changes_nothing(first_run: Finished, product: Product):
    marts, raw = product.marts(), product.raw()
    product.succeed("run", "--json")
    assert product.raw() == raw
    assert product.marts() == marts
    assert product.query("select count(*) from marts.run_log") >= [(2,)]


def test_a_later_instant_without_new_data_changes_no_complete_period(
    first_run: Finished, product: Product, tmp_path: Path
):
    # Follow-ups have 30 days, so their completion is known later; everything else is final.
    question = """
        select columns(lambda name: not contains(name, 'completion_30d')) from marts.rpt_metrics_weekly
        where scope_type <> 'person' and is_complete order by scope_type, scope_id, rollup, period_start"""
    before = product.query(question)
    later = replace(product, as_of=product.as_of + timedelta(days=9))
    later.succeed("build")
    later.succeed("publish")
    after = {row[:4]: row for row in later.query(question)}
    try:
        assert before
        assert [after[row[:4]] for row in before] == before
        assert len(after) > len(before)
    finally:
        product.succeed("build")
        product.succeed("publish")


def test_published_marts_open_with_pandas_while_the_warehouse_is_being_written(
    first_run: Finished, product: Product
):
    with duckdb.connect(str(product.home / "warehouse.duckdb")) as writer:
        writer.execute("begin")
        writer.execute("create table main.scratch as select 1 as one")
        with duckdb.connect(str(product.home / "marts.duckdb"), read_only=True) as reader:
            frame = reader.execute("select * from marts.fct_incidents").df()
        writer.execute("rollback")
    from_parquet = pd.read_parquet(product.home / "export" / "fct_incidents.parquet")
    assert len(frame) == len(from_parquet) > 0
    assert frame["incident_id"].is_unique


def test_published_tables_carry_their_descriptions(first_run: Finished, product: Product):
    comments = product.query(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts' and table_name <> 'run_log'"
    )
    assert all(comment and comment.startswith("One row per") for _, comment in comments)
    [(without,)] = product.query(
        "select count(*) from duckdb_columns() where schema_name = 'marts' and table_name <> 'run_log'"
        " and comment is null"
    )
    assert without == 0


def test_explain_tells_the_story_of_one_incident_of_each_step(first_run: Finished, product: Product):
    examples = product.query(
        "select attribution_step, min(reference) from marts.fct_incidents where is_eligible group by all"
    )
    assert len(examples) == 4
    for step, reference in examples:
        story = product.succeed("explain", reference.lower())
        assert reference in story.stdout
        document = product.succeed("explain", reference, "--json").document
        assert document["attribution_step"] == step
        credited = product.query(
            f"select team_id from marts.fct_incident_teams where reference = '{reference}' order by 1"
        )
        assert sorted(team["team_id"] for team in document["teams"]) == [team_id for (team_id,) in credited]


def test_metrics_prints_the_published_numbers(first_run: Finished, product: Product):
    rows = product.succeed("metrics", "--grain", "month", "--periods", "3", "--json").document
    assert rows
    text = product.succeed("metrics", "--grain", "quarter", "--csv").stdout
    assert text.splitlines()[0].startswith("scope_type,")


def test_an_edited_mapping_moves_the_credit_and_a_bad_one_changes_nothing(
    first_run: Finished, product: Product, tmp_path: Path
):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for path in DEMO_SEEDS_DIR.glob("*.csv"):
        (seeds / path.name).write_bytes(path.read_bytes())
    mapping = seeds / "team_mapping.csv"
    [(reference, old_team, value)] = product.query(
        """
        select reference, team_id, source_value from marts.fct_attribution_evidence
        where is_winner and attribution_step = 'custom_field' and source_name = 'Proximal Owner'
            and matched_by = 'text'
        order by reference limit 1"""
    )
    [(new_team,)] = product.query(
        "select min(team_id) from marts.dim_teams"
        f" where not is_root and source = 'seed' and team_id <> '{old_team}'"
    )
    lines = mapping.read_text(encoding="utf-8").splitlines()
    changed = [line.replace(old_team, new_team) if value.casefold() in line.casefold() else line for line in lines]
    assert changed != lines
    edited = replace(product, seeds=seeds)
    try:
        mapping.write_text("\ufeff" + "\r\n".join(changed) + "\r\n", encoding="utf-8")
        edited.succeed("run", "--json")
        assert (new_team,) in edited.query(
            f"select team_id from marts.fct_incident_teams where reference = '{reference}'"
        )
        marts = edited.marts()

        mapping.write_text(
            "\n".join([*changed, "Proximal Owner,Nobody,no-such-team,1", "x,,,zero"]), encoding="utf-8"
        )
        refused = edited.run("run", "--json")
        assert refused.code == 2
        assert f"team_mapping.csv:{len(changed) + 1}: team_id" in refused.stderr
        assert f"team_mapping.csv:{len(changed) + 2}: field_value" in refused.stderr
        assert f"team_mapping.csv:{len(changed) + 2}: field_priority" in refused.stderr
        assert edited.marts() == marts
    finally:
        product.succeed("run", "--json")


def test_empty_seeds_give_teams_owners_and_services_straight_from_incident_io(
    server: DemoServer, product: Product, new_home: Path
):
    unseeded = replace(product, home=new_home, seeds=PROJECT_ROOT / "seeds")
    unseeded.succeed("run", "--json")
    sources = dict(unseeded.query("select source, count(*) from marts.dim_teams group by all"))
    assert sources["system"] == 1
    assert sources["incident_io"] > 5
    assert "seed" not in sources
    steps = {step for (step,) in unseeded.query("select distinct attribution_step from marts.fct_incidents")}
    assert steps >= {"explicit_owner", "service", "organisation"}
