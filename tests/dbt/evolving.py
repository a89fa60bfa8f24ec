"""An account that changes from run to run: its incidents, follow-ups and definitions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tests.dbt.account import Account, Row

# What an edit of an incident replaces by what another incident has there.
EDITED = (
    ("incident_status",),
    ("severity",),
    ("incident_type",),
    ("visibility",),
    ("mode",),
    ("team_ids",),
    ("custom_field_entries",),
    ("incident_role_assignments",),
    ("incident_timestamp_values", "duration_metrics"),
    ("deleted_at",),
)
# Small tables of which any row can decide about every incident, with a column of text in them.
DEFINITIONS = (("severities", "name"), ("custom_fields", "name"), ("users", "name"), ("catalog_entries", "name"))
# What one row alone is edited by, while nothing else of its incident need change.
EDITED_ALONE = {
    "incident_updates": ("new_incident_status", "created_at", "merged_into_incident_id"),
    "follow_ups": ("incident_id", "status", "completed_at"),
    "incident_participants": ("participant_type", "user", "deleted_at"),
}
COPIES = 3
LARGEST_EDIT = 4
ROWS_EDITED_ALONE = 8
CHANCE_OF_NEW_DEFINITIONS = 0.25
SOME_MONTHS = timedelta(days=200)


def evolve(account: Account, seed: int, runs: int) -> Iterator[Account]:
    """The account as `runs` runs find it, oldest first; the last finds everything. A seed always tells one story.

    Every incident is there several times, with parts of other incidents, so that few records make many cases.
    Rows that were there once stay, as they do in the raw tables.
    """
    chance = random.Random(seed)
    whole = _multiplied(account, chance)
    incidents = whole.table("incidents")
    shown = max(1, len(incidents) // 2)
    as_of = account.as_of - timedelta(days=chance.choice((1, 9, 40)) * (runs - 1))
    for run in range(runs):
        if run:
            as_of += (account.as_of - as_of) / (runs - run)
            shown += chance.randint(0, 2)
            whole = _edited_alone(_edited(whole, chance, range(shown)), chance, range(shown))
            if chance.random() < CHANCE_OF_NEW_DEFINITIONS:
                whole = _redefined(whole, chance)
        if run == runs - 1:
            shown, as_of = len(incidents), account.as_of
        yield replace(_of_incidents(whole, shown), as_of=as_of, earlier=())


def _multiplied(account: Account, chance: random.Random) -> Account:
    originals = account.table("incidents")
    incidents, updates, follow_ups, participants = [], [], [], []
    for copy in range(COPIES):
        for row in originals:
            donor = chance.choice(originals)
            mixed = {name: donor.get(name) for columns in chance.sample(EDITED, 3) for name in columns}
            incidents.append({**row, **(mixed if copy else {}), "id": f"{row['id']}-{copy}"})
        for rows, table in (
            (updates, "incident_updates"),
            (follow_ups, "follow_ups"),
            (participants, "incident_participants"),
        ):
            rows += [
                {**row, "id": f"{row['id']}-{copy}", "incident_id": f"{row['incident_id']}-{copy}"}
                for row in account.table(table)
            ]
    chance.shuffle(incidents)
    tables = {"incidents": incidents, "incident_updates": updates, "follow_ups": follow_ups}
    return replace(account, raw={**account.raw, **tables, "incident_participants": participants})


def _edited(account: Account, chance: random.Random, places: range) -> Account:
    incidents, follow_ups = list(account.table("incidents")), list(account.table("follow_ups"))
    for place in chance.sample(places, min(len(places), chance.randint(0, LARGEST_EDIT))):
        donor, columns = chance.choice(incidents), chance.choice(EDITED)
        incidents[place] = {**incidents[place], **{name: donor.get(name) for name in columns}}
    for _ in range(chance.randint(0, 2) if follow_ups else 0):
        place, donor = chance.randrange(len(follow_ups)), chance.choice(follow_ups)
        column = chance.choice(("status", "completed_at", "created_at", "deleted_at"))
        follow_ups[place] = {**follow_ups[place], column: donor.get(column)}
    return replace(account, raw={**account.raw, "incidents": incidents, "follow_ups": follow_ups})


def _edited_alone(account: Account, chance: random.Random, places: range) -> Account:
    """Of each table a few rows of shown incidents have another value; a follow-up can go to another of them."""
    shown = [account.table("incidents")[place]["id"] for place in places]
    tables = {table: list(account.table(table)) for table in EDITED_ALONE}
    for table, rows in tables.items():
        theirs = [place for place, row in enumerate(rows) if row["incident_id"] in shown]
        for place in chance.sample(theirs, min(len(theirs), ROWS_EDITED_ALONE)):
            column = chance.choice(EDITED_ALONE[table])
            values = shown if column == "incident_id" else [row.get(column) for row in rows]
            others = [value for value in values if value != rows[place].get(column)]
            if others:
                rows[place] = {**rows[place], column: chance.choice(others)}
    return replace(account, raw={**account.raw, **tables})


def _redefined(account: Account, chance: random.Random) -> Account:
    table, column = chance.choice(DEFINITIONS)
    rows = list(account.table(table))
    if not rows:
        return account
    place = chance.randrange(len(rows))
    rows[place] = {**rows[place], column: f"{rows[place].get(column)} renamed"}
    return replace(account, raw={**account.raw, table: rows})


def _of_incidents(account: Account, shown: int) -> Account:
    """Only the first incidents, and what belongs to them."""
    incidents = account.table("incidents")[:shown]
    ids = {row["id"] for row in incidents}
    hidden = {row["id"] for row in account.table("incidents")} - ids

    def of_them(table: str) -> list[Row]:
        return [row for row in account.table(table) if row["incident_id"] not in hidden]

    tables = {table: of_them(table) for table in ("incident_updates", "follow_ups", "incident_participants")}
    return replace(account, raw={**account.raw, **tables, "incidents": incidents})


def some_months_earlier(account: Account, count: int) -> Account:
    """The account with its first incidents, and all their timestamps, moved to other days, weeks and quarters."""
    incidents = account.table("incidents")
    moved = [
        {
            **row,
            "created_at": row["created_at"] - SOME_MONTHS,
            "incident_timestamp_values": [_earlier(entry) for entry in row["incident_timestamp_values"]],
        }
        for row in incidents[:count]
    ]
    return replace(account, raw={**account.raw, "incidents": moved + incidents[count:]})


def _earlier(entry: Row) -> Row:
    text = (entry.get("value") or {}).get("value")
    if not text:
        return entry
    return {**entry, "value": {"value": (datetime.fromisoformat(text) - SOME_MONTHS).isoformat()}}
