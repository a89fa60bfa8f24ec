"""Earlier runs over an account: what it was like before, as far as a later run can still tell.

That is its catalog, its teams and teams.csv. Each earlier state is the final one with some of it different; the
order of the runs is that of their instants, but for runs that go back in time.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta

from tests.dbt.account import Account, Row
from tests.dbt.generator.chance import Chance


def earlier_runs(chance: Chance, account: Account) -> tuple[Account, ...]:
    """None to four runs before the last one."""
    instants = sorted(_instant(chance, account) for _ in range(chance.one((0, 1, 2, 2, 3, 4))))
    if chance.happens(0.2):
        chance.random.shuffle(instants)
    return tuple(_as_it_was(chance, account, instant) for instant in instants)


def with_links_to_former_names(chance: Chance, account: Account) -> Account:
    """The account with rows of teams.csv that name a team as it was called in an earlier run, or as nobody is."""
    former = sorted(
        {
            name
            for run in account.earlier
            for team in (*run.table("teams"), *run.table("catalog_entries"))
            for name in (team["name"], team.get("external_id"))
            if name and name.startswith(("Former", "former"))
        }
    )
    rows = []
    for row in account.seed("teams"):
        if former and not row["incident_io_team"] and chance.happens(0.5):
            name = former.pop(chance.random.randrange(len(former)))
            rows.append({**row, "incident_io_team": name})
        else:
            rows.append(row)
    return account.with_rows("seeds", "teams", rows)


def _instant(chance: Chance, account: Account) -> datetime:
    """In the window, exactly when an incident was created, exactly that of the last run, or after it."""
    choice = chance.number(0, 11)
    if choice == 0:
        return account.as_of
    if choice == 1:
        return account.as_of + timedelta(days=chance.number(1, 30))
    if choice <= 4 and account.table("incidents"):
        return chance.one(account.table("incidents"))["created_at"]
    return chance.instant()


def _as_it_was(chance: Chance, account: Account, instant: datetime) -> Account:
    types = [] if chance.happens(0.05) else account.table("catalog_types")
    entries = deepcopy(account.table("catalog_entries"))
    teams = deepcopy(account.table("teams"))
    for entry in entries:
        _change_entry(chance, entry, entries)
    for team in teams:
        if chance.happens(0.3):
            team["name"] = f"Former {team['id']}"
        if chance.happens(0.3):
            team["deleted_at"] = None
    if chance.happens(0.05):
        entries = []
    raw = {
        "catalog_types": types,
        "catalog_entries": [entry for entry in entries if chance.happens(0.9)],
        "teams": [team for team in teams if chance.happens(0.9)],
    }
    seeds = {"teams": _other_chart(chance, account.seed("teams"), account.variable("root_team_id"))}
    return replace(account, raw=raw, seeds=seeds, as_of=instant, earlier=())


def _change_entry(chance: Chance, entry: Row, entries: list[Row]) -> None:
    if chance.happens(0.5):
        alike = [other for other in entries if other["catalog_type_id"] == entry["catalog_type_id"]]
        entry["attribute_values"] = chance.one([*(other["attribute_values"] for other in alike), {}])
    if chance.happens(0.25):
        entry["name"] = f"Former {entry['id']}"
    if chance.happens(0.2):
        entry["external_id"] = chance.one((None, f"former-{entry['id']}"))
    if chance.happens(0.2):
        entry["aliases"] = []
    if chance.happens(0.4):
        entry["archived_at"] = entry["deleted_at"] = None


def _other_chart(chance: Chance, rows: list[Row], root: str) -> list[Row]:
    """Other parents, never below the team itself, and some rows not written yet."""
    kept = [row for row in rows if chance.happens(0.85)]
    names = [row["team_id"] for row in kept if row["team_id"] != root]
    chance.random.shuffle(names)
    parents = {
        name: chance.one([*names[:position], None, root]) if chance.happens(0.6) else None
        for position, name in enumerate(dict.fromkeys(names))
    }
    return [row if row["team_id"] == root else {**row, "parent_team_id": parents[row["team_id"]]} for row in kept]
