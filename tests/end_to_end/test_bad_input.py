"""What a user gets who starts with the wrong thing, and that nothing changes by it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from apps.demo_api.access import ALL_SCOPES, Key
from apps.demo_api.account import Account
from apps.demo_api.server import DemoServer
from pipelines.settings import PROJECT_ROOT

from .product import Finished, Product


def test_extract_without_a_key_says_how_to_connect(product: Product, new_home: Path):
    finished = replace(product, api_key=None, home=new_home).run("extract")
    assert finished.code == 2
    assert "INCIDENT_IO_API_KEY" in finished.stderr
    assert not new_home.exists()


def test_a_wrong_key_is_one_sentence_and_changes_nothing(first_run: Finished, product: Product):
    marts, raw = product.marts(), product.raw()
    finished = replace(product, api_key="not-the-key").run("run")
    assert finished.code == 1
    assert len(finished.stderr.strip().splitlines()) == 1
    assert "API key" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert (product.marts(), product.raw()) == (marts, raw)


def test_an_unreachable_api_ends_after_bounded_retries_and_changes_nothing(first_run: Finished, product: Product):
    marts, raw = product.marts(), product.raw()
    finished = replace(product, api_url="http://127.0.0.1:9").run("run")
    assert finished.code == 1
    assert "http://127.0.0.1:9/" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert (product.marts(), product.raw()) == (marts, raw)


def test_the_key_of_another_account_is_refused_before_anything_is_read(first_run: Finished, product: Product):
    raw = product.raw()
    with DemoServer(Account(name="Other", dashboard_url="https://app.incident.io/other")) as other:
        finished = replace(product, api_url=other.url, api_key=other.api_key).run("run")
        assert {entry.path for entry in other.requests} == {"/v1/identity"}
    assert finished.code == 2
    assert product.raw() == raw


@pytest.mark.parametrize("scope", ["actions.view", "catalog_entries.view", "users.view"])
def test_a_missing_scope_is_named_and_the_marts_keep_their_shape(
    first_run: Finished, product: Product, company: Account, new_home: Path, scope: str
):
    with DemoServer(company, keys={"narrow": Key.without(scope)}) as narrow:
        lacking = replace(product, home=new_home, api_url=narrow.url, api_key="narrow")
        finished = lacking.succeed("run", "--json")
    assert scope in finished.document["missing_scopes"].values()
    assert set(finished.document["published"]["tables"]) == set(first_run.document["published"]["tables"])


def test_a_key_that_may_read_nothing_still_gives_every_mart(
    first_run: Finished, product: Product, company: Account, new_home: Path
):
    with DemoServer(company, keys={"bare": Key.without(*ALL_SCOPES)}) as bare:
        lacking = replace(product, home=new_home, api_url=bare.url, api_key="bare", seeds=PROJECT_ROOT / "seeds")
        finished = lacking.succeed("run", "--json")
    assert set(finished.document["published"]["tables"]) == set(first_run.document["published"]["tables"])


def test_an_account_with_nothing_in_it_gives_a_green_run_and_empty_marts(
    first_run: Finished, product: Product, new_home: Path
):
    with DemoServer(Account()) as empty:
        blank = replace(
            product, home=new_home, api_url=empty.url, api_key=empty.api_key, seeds=PROJECT_ROOT / "seeds"
        )
        finished = blank.succeed("run", "--json")
    tables = finished.document["published"]["tables"]
    assert set(tables) == set(first_run.document["published"]["tables"])
    filled = {name for name, rows in tables.items() if rows}
    assert filled == {"dim_teams", "dim_team_names", "metric_catalogue", "run_log"}


def test_every_wrong_setting_is_named_at_once(product: Product, new_home: Path):
    finished = replace(
        product,
        home=new_home,
        extra={"INCIDENT_MARTS_START": "yesterday", "INCIDENT_MARTS_HOUSE": "x", "INCIDENT_MARTS_AS_OF": "soon"},
    ).run("run", "--json")
    assert finished.code == 2
    for name in ("INCIDENT_MARTS_START", "INCIDENT_MARTS_HOUSE", "INCIDENT_MARTS_AS_OF"):
        assert name in finished.stderr
    assert json.loads(finished.stdout)["exit_code"] == 2
    assert not new_home.exists()


def test_a_second_run_at_the_same_time_is_told_who_holds_the_warehouse(first_run: Finished, product: Product):
    from pipelines.warehouse import run_lock  # noqa: PLC0415 - only this test holds a lock

    with run_lock(product.home):
        finished = product.run("run")
    assert finished.code == 3
    assert "another run holds the warehouse" in finished.stderr
