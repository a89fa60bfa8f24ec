"""Finds the scope that a person names: a team, a person, or the organisation when neither is given."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import click

from apps.cli.marts import Marts, Rows
from pipelines.pseudonyms import pseudonym


@dataclass(frozen=True)
class Scope:
    """One scope of the metric marts."""

    kind: str
    id: str
    name: str


def find_scope(marts: Marts, team: str | None, person: str | None, salt: str | None = None) -> Scope:
    """The scope; raises click's error naming the nearest ones when none or several match.

    With the salt of the pseudonyms a person is also found by name or address where the marts hold pseudonyms.
    """
    if team:
        candidates = marts.rows("select team_id as id, team_name as name, null as email from marts.dim_teams")
        return _pick("team", team, candidates)
    if person:
        return _pick(
            "person", person, marts.rows("select person_id as id, name, email from marts.dim_people"), salt
        )
    root = marts.rows("select team_id, team_name from marts.dim_teams where is_root")
    return Scope("organisation", root[0]["team_id"], root[0]["team_name"])


def _pick(kind: str, wanted: str, candidates: Rows, salt: str | None = None) -> Scope:
    """An exact id wins; names and e-mail addresses match after trimming and case folding."""
    folded = wanted.strip().casefold()
    wanted_names = {folded, pseudonym(wanted, salt)} if salt else {folded}
    found = [row for row in candidates if row["id"] == wanted.strip()] or [
        row
        for row in candidates
        if wanted_names & {str(row[key] or "").strip().casefold() for key in ("name", "email")}
    ]
    if len(found) == 1:
        return Scope(kind, found[0]["id"], found[0]["name"] or found[0]["id"])
    if found:
        ids = ", ".join(sorted(row["id"] for row in found))
        raise click.ClickException(f"several {kind} rows are called {wanted!r}; give one of the ids {ids}")
    names = {str(row["name"]).casefold(): f"{row['name']} ({row['id']})" for row in candidates if row["name"]}
    near = difflib.get_close_matches(folded, names, n=3, cutoff=0.4)
    hint = f"; nearest: {', '.join(names[name] for name in near)}" if near else ""
    raise click.ClickException(f"no {kind} has the id or name {wanted!r}{hint}")
