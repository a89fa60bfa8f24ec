"""`mapping plan` on a real run: what it foretells is what the next run does, and it touches nothing meanwhile."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import DEMO_SEEDS_DIR

from .product import Finished, Product

HOLD_LOCK = """
import sys, time
from pathlib import Path
from pipelines.warehouse import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(120)
"""
FIGURES = (
    *("total_incidents", "incidents_weighted", "incidents_resolved", "open_at_period_end"),
    *("time_to_resolve_n_hours", "time_to_resolve_mean_hours", "time_to_resolve_p50_hours"),
)
GIT = {
    **{f"GIT_{who}_{what}": "tester" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A copy of the demo's seeds to edit."""
    folder = tmp_path / "draft"
    shutil.copytree(DEMO_SEEDS_DIR, folder)
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_everything(folder: Path) -> None:
    edit(folder, "team_mapping", "Infrastructure,cloud-foundation", "Infrastructure,networking")
    for owner in ("Parcel Events,parcel-tracking", "Parcel Events,notifications", "driver app,strassenlogistik"):
        edit(folder, "service_ownership", owner, f"{owner.partition(',')[0]},networking")
    edit(folder, "incident_owners", "INC-29,checkout", "INC-29,payments")
    edit(folder, "teams", "zahlungen-dach,Zahlungen DACH,checkout", "zahlungen-dach,Zahlungen DACH,operations")
    edit(folder, "timestamp_roles", "Customer impact ended,1", "Customer impact ended,3")


def fingerprint(home: Path) -> dict[str, str]:
    """Every file of a home but the lock's own, by its content."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.startswith("run.lock")
    }


def credits(product: Product) -> dict[str, tuple[str, list[str]]]:
    rows = product.query(
        "select incident_id, any_value(attribution_step), list(team_id order by team_id)"
        " from marts.fct_incident_teams group by incident_id"
    )
    return {incident_id: (step, teams) for incident_id, step, teams in rows}


def totals(product: Product, grain: str) -> dict[tuple[str, ...], dict[str, Any]]:
    rows = product.query(
        f"select scope_type, scope_id, rollup, cast(period_start as varchar), {', '.join(FIGURES)}"
        f" from marts.rpt_metrics_{grain} where scope_type <> 'person'"
    )
    return {tuple(row[:4]): dict(zip(FIGURES, row[4:], strict=True)) for row in rows}


@pytest.fixture
def restored(product: Product) -> Iterator[Product]:
    """The shared home, built from its own seeds again afterwards."""
    yield product
    for stage in ("build", "publish"):
        product.succeed(stage)


def test_seeds_that_did_not_change_move_nothing_and_nothing_is_written(first_run: Finished, product: Product):
    before = fingerprint(product.home)
    plan = product.succeed("mapping", "plan", "--exit-code", "--json").document
    assert (plan["moves"], plan["changed_files"], plan["incidents"], plan["totals"]) == (False, [], [], [])
    assert fingerprint(product.home) == before
    assert "No incident moves and no total changes." in product.succeed("mapping", "plan").stdout


@pytest.mark.parametrize("grain", ["week", "month"])
def test_a_plan_foretells_what_the_next_run_does_and_the_log_says_the_same(
    first_run: Finished, restored: Product, draft: Path, grain: str
):
    product, mart = restored, {"week": "weekly", "month": "monthly"}[grain]
    edit_everything(draft)
    untouched = fingerprint(product.home)
    planned = product.run("mapping", "plan", "--seeds", str(draft), "--grain", grain, "--exit-code", "--json")
    assert planned.code == 4
    assert fingerprint(product.home) == untouched
    plan = planned.document
    assert set(plan["changed_files"]) == {
        *("teams.csv", "team_mapping.csv", "service_ownership.csv", "incident_owners.csv", "timestamp_roles.csv")
    }
    old_credits, old_totals = credits(product), totals(product, mart)

    after = replace(product, seeds=draft)
    after.succeed("build")
    after.succeed("publish")

    expected = dict(old_credits)
    for incident in plan["incidents"]:
        before, new = incident["before"], incident["after"]
        assert old_credits[incident["incident_id"]] == (before["attribution_step"], before["team_ids"])
        expected[incident["incident_id"]] = (new["attribution_step"], new["team_ids"])
        assert {row["team_id"] for row in new["evidence"]} == set(new["team_ids"])
        assert {row["team_id"] for row in before["evidence"]} == set(before["team_ids"])
    assert expected == credits(after) != old_credits

    foretold = dict(old_totals)
    for row in plan["totals"]:
        key = (row["scope_type"], row["scope_id"], row["rollup"], row["period_start"])
        assert old_totals[key] == row["before"]
        foretold[key] = row["after"]
    assert foretold == totals(after, mart) != old_totals

    moved = {
        i["incident_id"]
        for i in plan["incidents"]
        if credits(after)[i["incident_id"]] != old_credits[i["incident_id"]]
    }
    logged = after.query(
        "select incident_id, reason from marts.rpt_restatements where kind = 'credit'"
        " and run_id = (select arg_max(run_id, started_at) from marts.run_log)"
    )
    assert {incident_id for incident_id, _ in logged} == moved
    assert {reason for _, reason in logged} == {"mapping_edit", "ownership_edit"}


def test_with_the_charts_of_the_day_a_plan_moves_what_the_next_run_at_its_instant_would_move(
    first_run: Finished, product: Product, draft: Path, tmp_path: Path
):
    shutil.copytree(product.home, tmp_path / "home", symlinks=True)
    product = replace(product, home=tmp_path / "home")
    # Another test may have run later over the home, and a run that goes back in time records nothing.
    with duckdb.connect(str(product.home / "warehouse.duckdb")) as connection:
        connection.execute("drop schema history cascade")
    build = ("build", "--vars", '{"hierarchy_mode": "as_of"}')
    product.succeed(*build)
    product.succeed("publish")
    edit(draft, "teams", "zahlungen-dach,Zahlungen DACH,checkout", "zahlungen-dach,Zahlungen DACH,operations")
    untouched, old_totals = fingerprint(product.home), totals(product, "monthly")
    # Another run of the same instant replaces what was seen then; a later one sees the new chart from then on.
    later = replace(product, as_of=product.as_of + timedelta(minutes=1), seeds=draft)
    again = replace(product, seeds=draft)
    plans = [run.succeed("mapping", "plan", "--json").document for run in (again, later)]
    assert fingerprint(product.home) == untouched
    assert [plan["changed_files"] for plan in plans] == [["teams.csv"], ["teams.csv"]]
    assert [plan["incidents"] for plan in plans] == [[], []]
    shutil.copytree(product.home, tmp_path / "later", symlinks=True)
    later = replace(later, home=tmp_path / "later")
    for plan, run in zip(plans, (again, later), strict=True):
        run.succeed(*build)
        run.succeed("publish")
        foretold = dict(old_totals)
        for row in plan["totals"]:
            foretold[(row["scope_type"], row["scope_id"], row["rollup"], row["period_start"])] = row["after"]
        assert foretold == totals(run, "monthly")
    assert {row["scope_id"] for row in plans[0]["totals"]} >= {"checkout", "operations"}
    assert plans[1]["totals"] == []


def test_wrong_seeds_are_refused_with_every_problem_and_nothing_is_written(
    first_run: Finished, product: Product, draft: Path
):
    edit(draft, "team_mapping", "Infrastructure,cloud-foundation,1", "Infrastructure,nobody,first")
    edit(draft, "teams", "platform,Platform,,", "platform,Platform,networking,")
    before = fingerprint(product.home)
    refused = product.run("mapping", "plan", "--seeds", str(draft), "--json")
    assert refused.code == 2
    text = "\n".join(refused.document["problems"])
    for part in (
        "teams.csv:3: parent_team_id: teams form a cycle",
        "team_mapping.csv:2: team_id",
        "field_priority",
    ):
        assert part in text
    assert fingerprint(product.home) == before


def test_a_running_run_is_exit_code_3(first_run: Finished, product: Product):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(product.home)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        busy = product.run("mapping", "plan")
    finally:
        holder.kill()
        holder.communicate()
    assert busy.code == 3
    assert f"process {holder.pid}" in busy.stderr
    assert not list(product.home.glob("rehearsal-*"))


def test_markdown_is_a_comment_that_no_text_can_break_out_of(first_run: Finished, product: Product, draft: Path):
    edit(draft, "teams", "networking,Networking,", "networking,Net <b>|`works`,")
    edit(draft, "team_mapping", "Infrastructure,cloud-foundation", "Infrastructure,networking")
    text = product.succeed("mapping", "plan", "--seeds", str(draft), "--markdown", "--limit", "2").stdout
    assert text.startswith("### Team mapping: ")
    assert "incidents would move" in text.splitlines()[0]
    assert "Net &lt;b&gt;\\|\\`works\\`" in text
    assert "<b>" not in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables[:4]} == {7}
    assert "more; --limit or --json shows them" in text


def test_a_revision_is_planned_without_touching_the_work_tree(first_run: Finished, product: Product, draft: Path):
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=draft, env={**os.environ, **GIT}, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch", "main")
    git("add", ".")
    git("commit", "--quiet", "--message", "as it is")
    git("checkout", "--quiet", "-b", "proposal")
    edit(draft, "team_mapping", "Infrastructure,cloud-foundation", "Infrastructure,networking")
    git("commit", "--quiet", "--all", "--message", "networking takes it over")
    of_folder = product.succeed("mapping", "plan", "--seeds", str(draft), "--json").document
    git("checkout", "--quiet", "main")
    here = replace(product, seeds=draft)
    files = fingerprint(draft)
    of_revision = here.succeed("mapping", "plan", "--rev", "proposal", "--json").document
    assert fingerprint(draft) == files
    assert of_revision["incidents"] == of_folder["incidents"] != []
    assert of_revision["totals"] == of_folder["totals"]
    assert "in proposal (" in of_revision["seeds"]
    assert here.succeed("mapping", "plan", "--json").document["moves"] is False
    for wrong in ("no-such-branch", "--output=x", ""):
        refused = here.run("mapping", "plan", f"--rev={wrong}")
        assert refused.code == 2, wrong
        assert "git knows no commit" in refused.stderr


def test_a_folder_outside_of_git_has_no_revisions(first_run: Finished, product: Product, draft: Path):
    refused = replace(product, seeds=draft).run("mapping", "plan", "--rev", "HEAD")
    assert refused.code == 2
    assert "is in no git work tree" in refused.stderr


def test_data_that_no_build_has_taken_in_is_not_blamed_on_the_seeds(first_run: Finished, restored: Product):
    restored.succeed("extract")
    refused = restored.run("mapping", "plan")
    assert refused.code == 1
    assert "Run `incident-marts build` first" in refused.stderr
    restored.succeed("build")
    assert restored.succeed("mapping", "plan", "--json").document["moves"] is False


def test_before_the_first_run_there_is_nothing_to_compare_with(product: Product, new_home: Path):
    refused = replace(product, home=new_home).run("mapping", "plan")
    assert refused.code == 1
    assert "`incident-marts run` creates it" in refused.stderr
