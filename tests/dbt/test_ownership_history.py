"""A new owner, name or chart changes no incident before the run that saw it (definitions, section 10, number 6).

Every test builds twice or more over one warehouse, each time with other raw data and another instant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.dbt.account import Account, Row
from tests.dbt.building import built
from tests.dbt.comparison import differences, rows_of
from tests.dbt.conftest import Compile
from tests.dbt.oracle import expect
from tests.dbt.small_accounts import at, incident, small_account, teams

TEAM, SERVICE, COMPONENT = 'Custom["Team"]', 'Custom["Service"]', 'Custom["Component"]'
FIRST, SECOND, THIRD = "2026-03-01 09:00", "2026-04-01 09:00", "2026-05-01 09:00"
# One incident before, at and after every run, and one of the same day before it.
INSTANTS = {
    1: "2026-02-01 12:00",
    2: "2026-03-01 08:59",
    3: FIRST,
    4: "2026-04-01 08:59",
    5: SECOND,
    6: "2026-04-20 12:00",
    7: THIRD,
}
Build = Callable[[Account], dict[str, list[Row]]]


def attribute(name: str, points_at: str, array: bool = False) -> Row:
    return {"id": name.lower(), "name": name, "type": points_at, "array": array}


def kind(type_id: str, type_name: str, *attributes: Row, **more: Any) -> Row:
    shown = {"name": type_id.title(), "categories": [], "schema": {"attributes": list(attributes)}}
    return {"id": type_id, "type_name": type_name, **shown, **more}


TYPES = [
    kind("team", TEAM, attribute("Parent", TEAM), is_team_type=True, use_name_as_identifier=True),
    kind(
        "service",
        SERVICE,
        attribute("Owner", TEAM),
        attribute("Helpers", TEAM, True),
        attribute("Component", COMPONENT),
        categories=["service"],
    ),
    kind("component", COMPONENT, attribute("Team", TEAM)),
]


def entry(entry_id: str, type_id: str, **more: Any) -> Row:
    values = {name: {"value": {"literal": text}} for name, text in more.pop("values", {}).items() if text}
    return {
        "id": entry_id,
        "catalog_type_id": type_id,
        "name": entry_id.title(),
        "attribute_values": values,
        **more,
    }


def state(as_of: str, owner: str | None = None, **more: Any) -> Account:
    """The account at one run: service `api`, owned by a team entry, and teams `pay`, `search` and `web`."""
    names = {team_id: team_id.title() for team_id in ("pay", "search", "web")} | more.pop("names", {})
    parents = more.pop("parents", {})
    api = entry("api", "service", values={"owner": owner, **more.pop("values", {})})
    helpers = more.pop("helpers", None)
    if helpers is not None:
        api["attribute_values"]["helpers"] = {"array_value": [{"literal": helper} for helper in helpers]}
    entries = [
        entry(team, "team", name=name, values={"parent": parents.get(team)}) for team, name in names.items()
    ]
    field = {"id": "field", "name": "Service", "field_type": "single_select", "catalog_type_id": "service"}
    value = {"custom_field": field, "values": [{"value_catalog_entry": {"id": "api", "name": "Api"}}]}
    incidents = [incident(number, when, custom_field_entries=[value]) for number, when in INSTANTS.items()]
    account = small_account(incidents, as_of, **more)
    raw = {"catalog_types": TYPES, "catalog_entries": [api, *entries], "custom_fields": [field]}
    return replace(account, raw={**account.raw, **raw})


def runs(*states: Account) -> Account:
    """The last state, with the others as what earlier runs found."""
    return replace(states[-1], earlier=states[:-1])


@pytest.fixture
def build(compile_project: Compile) -> Build:
    """Marts by name; the oracle has to agree."""

    def build_marts(account: Account) -> dict[str, list[Row]]:
        with built(compile_project(account.variables), account) as connection:
            assert differences(connection, account, expect(account)) == []
            names = ("fct_incident_teams", "fct_attribution_evidence", "rpt_metrics_weekly", "dim_teams")
            return {mart: rows_of(connection, mart) for mart in names}

    return build_marts


def credited(marts: dict[str, list[Row]]) -> dict[int, str]:
    """Number of the incident -> credited teams."""
    found: dict[int, list[str]] = {}
    for row in marts["fct_incident_teams"]:
        found.setdefault(int(row["reference"].removeprefix("INC-")), []).append(row["team_id"])
    return {number: " ".join(sorted(found[number])) for number in sorted(found)}


def assumed(marts: dict[str, list[Row]]) -> set[int]:
    """Numbers of the incidents whose credit rests on an owner of another time."""
    return {
        int(row["reference"].removeprefix("INC-"))
        for row in marts["fct_attribution_evidence"]
        if row["is_winner"] and row["ownership_assumed"]
    }


def test_another_owner_counts_from_the_run_that_saw_it(build: Build) -> None:
    before = build(runs(state(FIRST, "pay")))
    after = build(runs(state(FIRST, "pay"), state(SECOND, "search"), state(THIRD, "web")))
    assert set(credited(before).values()) == {"pay"}
    assert credited(after) == {1: "pay", 2: "pay", 3: "pay", 4: "pay", 5: "search", 6: "search", 7: "web"}
    assert assumed(after) == {1, 2}


def test_a_later_run_over_the_same_catalog_leaves_every_credit(build: Build) -> None:
    once = build(runs(state(FIRST, "pay"), state(SECOND, "search")))
    again = build(runs(state(FIRST, "pay"), state(SECOND, "search"), state(THIRD, "search")))
    assert credited(once) == credited(again)


def test_a_second_run_of_the_same_instant_replaces_what_the_first_saw(build: Build) -> None:
    marts = build(runs(state(FIRST, "pay"), state(SECOND, "search"), state(SECOND, "web")))
    assert credited(marts) == {1: "pay", 2: "pay", 3: "pay", 4: "pay", 5: "web", 6: "web", 7: "web"}


def test_a_run_that_goes_back_in_time_records_nothing_and_forgets_nothing(build: Build) -> None:
    usual = [state(FIRST, "pay"), state(THIRD, "web")]
    back = state(SECOND, "search")
    assert credited(build(runs(*usual, back))) == credited(build(runs(*usual)))
    assert credited(build(runs(*usual, back, state(THIRD, "web")))) == credited(build(runs(*usual)))


def test_a_run_that_goes_back_in_time_still_credits_a_service_that_no_run_has_seen(build: Build) -> None:
    unknown = state(THIRD)
    unknown = replace(unknown, raw={**unknown.raw, "catalog_entries": unknown.raw["catalog_entries"][1:]})
    marts = build(runs(unknown, state(SECOND, "pay")))
    assert set(credited(marts).values()) == {"pay"}
    assert assumed(marts) == {1, 2, 3, 4}


@pytest.mark.parametrize("lost", ["catalog_entries", "catalog_types"])
def test_a_catalog_that_cannot_be_read_ends_no_ownership(build: Build, lost: str) -> None:
    blind = state(SECOND)
    blind = replace(blind, raw={**blind.raw, lost: []})
    marts = build(runs(state(FIRST, "pay"), blind, state(THIRD, "pay")))
    assert set(credited(marts).values()) == {"pay"}
    assert {row["owned_to"] for row in marts["fct_attribution_evidence"]} == {None}


def test_a_service_that_left_the_catalog_keeps_its_last_owner(build: Build) -> None:
    gone = state(SECOND, "pay")
    gone.raw["catalog_entries"][0]["deleted_at"] = at(SECOND)
    marts = build(runs(state(FIRST, "pay"), gone, replace(gone, as_of=at(THIRD))))
    assert set(credited(marts).values()) == {"pay"}


def test_a_service_that_lost_its_owner_falls_to_the_organisation_until_it_has_one_again(build: Build) -> None:
    marts = build(runs(state(FIRST, "pay"), state(SECOND, None), state(THIRD, "web")))
    assert credited(marts) == {1: "pay", 2: "pay", 3: "pay", 4: "pay"} | {
        5: "organisation",
        6: "organisation",
        7: "web",
    }


def test_the_first_owner_that_is_known_holds_since_the_beginning(build: Build) -> None:
    marts = build(runs(state(FIRST, "nobody knows"), state(SECOND, "pay")))
    assert set(credited(marts).values()) == {"pay"}
    assert assumed(marts) == {1, 2, 3, 4}


def test_rows_of_the_seed_override_the_history_for_their_dates(build: Build) -> None:
    rows = [
        {"service": "api", "team_id": "web", "valid_from": at(SECOND).date(), "valid_to": at("2026-04-02").date()},
    ]
    last = state(SECOND, "search", seeds={"service_ownership": rows})
    marts = build(runs(state(FIRST, "pay"), last))
    assert credited(marts) == {1: "pay", 2: "pay", 3: "pay", 4: "web", 5: "web", 6: "search", 7: "search"}
    outranked = {
        (int(row["reference"].removeprefix("INC-")), row["team_id"])
        for row in marts["fct_attribution_evidence"]
        if row["outranked_by"] == "service_ownership.csv"
    }
    assert outranked == {(4, "pay"), (5, "search")}


def test_the_first_row_of_the_seed_stands_for_the_time_before_both(build: Build) -> None:
    rows = [
        {
            "service": "api",
            "team_id": "web",
            "valid_from": at("2026-02-10").date(),
            "valid_to": at("2026-02-20").date(),
        }
    ]
    marts = build(runs(state(FIRST, "pay", seeds={"service_ownership": rows})))
    assert credited(marts)[1] == "web"
    assert credited(marts)[2] == "pay"
    assert assumed(marts) == {1, 2}


def test_an_owner_who_stays_while_another_comes_owns_without_a_break(build: Build) -> None:
    marts = build(runs(state(FIRST, "pay"), state(SECOND, "pay", helpers=["search"])))
    assert credited(marts)[4] == "pay"
    assert credited(marts)[5] == "pay search"
    spans = {
        (row["team_id"], str(row["owned_from"]))
        for row in marts["fct_attribution_evidence"]
        if row["attribution_step"] == "service" and not row["ownership_assumed"]
    }
    assert spans == {("pay", "2026-03-01"), ("search", "2026-04-01")}


def test_a_component_between_service_and_team_has_a_history_too(build: Build) -> None:
    def with_component(account: Account, team: str) -> Account:
        component = entry("backend", "component", values={"team": team})
        return account.with_rows("raw", "catalog_entries", [*account.table("catalog_entries"), component])

    path = {"service_owner_path": ["Component", "Team"], "values": {"component": "backend"}}
    first, second = (
        with_component(state(when, "web", **path), team) for when, team in ((FIRST, "pay"), (SECOND, "search"))
    )
    marts = build(runs(first, second))
    assert credited(marts) == {1: "pay", 2: "pay", 3: "pay", 4: "pay", 5: "search", 6: "search", 7: "search"}
    assert {row["source_value"] for row in marts["fct_attribution_evidence"] if row["is_winner"]} == {
        "backend > pay",
        "backend > search",
    }


def test_a_row_of_the_seed_finds_a_team_that_was_renamed(build: Build) -> None:
    links = [{"team_id": "payments", "team_name": "P", "parent_team_id": None, "incident_io_team": "Pay"}]
    seeds = {"seeds": {"teams": links}}
    renamed = state(SECOND, "pay", names={"pay": "Billing"}, **seeds)
    marts = build(runs(state(FIRST, "pay", **seeds), renamed))
    assert set(credited(marts).values()) == {"payments"}


def test_a_team_that_was_merged_credits_the_team_that_took_it_over(build: Build) -> None:
    links = [
        {"team_id": "payments", "team_name": "P", "parent_team_id": None, "incident_io_team": name}
        for name in ("pay", "search")
    ]
    marts = build(runs(state(FIRST, "search"), state(SECOND, "pay", seeds={"teams": links})))
    assert set(credited(marts).values()) == {"payments"}
    teams_found = {row["team_id"] for row in marts["dim_teams"]}
    assert teams_found == {"organisation", "payments", "web"}


def test_a_team_that_was_archived_keeps_its_credit_and_is_told_apart(build: Build) -> None:
    archived = state(SECOND, "pay")
    archived.raw["catalog_entries"][1]["archived_at"] = at("2026-03-15")
    marts = build(runs(state(FIRST, "pay"), archived))
    assert set(credited(marts).values()) == {"pay"}
    activity = {row["team_id"]: (row["is_active"], row["ended_at"]) for row in marts["dim_teams"]}
    assert activity["pay"] == (False, at("2026-03-15"))
    assert activity["web"] == (True, None)


@pytest.mark.parametrize(
    ("mode", "below_web", "below_search"),
    [("current", set(), {1, 2, 3, 4, 5, 6, 7}), ("as_of", {1, 2, 3, 4}, {5, 6, 7})],
)
def test_a_subtree_follows_the_chart_of_today_or_of_the_day(
    build: Build, mode: str, below_web: set[int], below_search: set[int]
) -> None:
    charts = [state(FIRST, "pay", parents={"pay": "web"}, hierarchy_mode=mode)]
    charts += [state(when, "pay", parents={"pay": "search"}, hierarchy_mode=mode) for when in (SECOND, THIRD)]
    last = replace(charts[-1], as_of=at("2026-05-02"))
    weeks = build(runs(*charts, last))["rpt_metrics_weekly"]

    def total(team_id: str) -> int:
        rows = [row for row in weeks if row["scope_id"] == team_id and row["rollup"] == "subtree"]
        return sum(row["total_incidents"] for row in rows)

    assert (total("web"), total("search"), total("organisation")) == (len(below_web), len(below_search), 7)


def test_a_chart_of_the_seed_has_a_history_too(build: Build) -> None:
    def chart(when: str, parent: str) -> Account:
        rows = teams("pay", "web", "search", pay=parent)
        return state(when, "pay", seeds={"teams": rows}, hierarchy_mode="as_of")

    weeks = build(runs(chart(FIRST, "web"), chart(SECOND, "search"), chart("2026-05-02", "search")))[
        "rpt_metrics_weekly"
    ]
    totals = {
        team_id: sum(
            row["total_incidents"] for row in weeks if row["scope_id"] == team_id and row["rollup"] == "subtree"
        )
        for team_id in ("web", "search")
    }
    assert totals == {"web": 4, "search": 3}


def test_a_circle_in_the_catalog_hangs_its_teams_under_the_root(build: Build) -> None:
    marts = build(runs(state(FIRST, "pay", parents={"pay": "search", "search": "pay", "web": "pay"})))
    parents = {row["team_id"]: row["parent_team_id"] for row in marts["dim_teams"]}
    assert parents == {"organisation": None, "pay": "organisation", "search": "organisation", "web": "pay"}


def test_an_owner_who_is_written_another_way_is_no_new_owner(compile_project: Compile) -> None:
    account = runs(state(FIRST, "pay"), state(SECOND, "Pay"), state(THIRD, "search"))
    with built(compile_project(account.variables), account) as connection:
        assert differences(connection, account, expect(account)) == []
        seen = "select team_entry_ids from history.service_owners_seen where service_id = 'api' order by all"
        assert connection.execute(seen).fetchall() == [('["pay"]',), ('["search"]',)]
