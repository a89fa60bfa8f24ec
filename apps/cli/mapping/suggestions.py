"""Proposed rows for `team_mapping.csv`: values that lead to no team, and the team whose name they read like."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from apps.cli.mapping.matching import Match, TeamMatcher, TeamName
from apps.cli.marts import Marts, Rows
from pipelines.seeds import Seeds, known_team_ids
from pipelines.seeds.schema import fold

FILE = "team_mapping"
# Control characters, which no cell of a seed file may hold.
UNWRITABLE = r"[\x00-\x08\x0B\x0C\x0E-\x1F]"


@dataclass(frozen=True)
class Proposal:
    """One row that could be added, what speaks for it and what it could move."""

    custom_field_id: str
    custom_field_name: str
    field_value: str
    count_incidents: int
    count_incidents_to_gain: int
    team_id: str
    method: str
    score: float
    matched_name: str
    row: dict[str, str]

    @property
    def document(self) -> dict[str, Any]:
        """The proposal as JSON."""
        return asdict(self)


def propose(
    marts: Marts,
    seeds: Seeds,
    *,
    root_team_id: str,
    min_score: float,
    field: dict[str, Any] | None = None,
    with_unused: bool = False,
) -> list[Proposal]:
    """Proposals for the values of a field, or of all fields, those that could move most incidents first.

    Without a field named, fuzzy matches are of select fields that give credit already: elsewhere a likeness means
    little. Fields that map by themselves and fields of services take no part: a row would switch off what
    works already. Values that the seed files name, published or not, are left out.
    """
    matcher = TeamMatcher(_names(marts, seeds, root_team_id))
    rows = _MappingRows(seeds, marts)
    proposals: dict[tuple[str, str], Proposal] = {}
    for value in _unmapped_values(marts, field, with_unused):
        is_chosen = value["option_id"] is not None or value["catalog_entry_id"] is not None
        with_fuzzy = field is not None or (value["mapped_by"] == "seed" and is_chosen)
        match = matcher.match(value["field_value"], min_score, with_fuzzy)
        if match is None or rows.name(value):
            continue
        # Two values of a field may be spelt alike; one row serves both.
        key = (value["custom_field_id"], value["field_value_key"])
        proposals.setdefault(key, _proposal(value, match, rows.row_for(value, match.team_id)))
    return sorted(
        proposals.values(),
        key=lambda proposal: (
            -proposal.count_incidents_to_gain,
            -proposal.count_incidents,
            -proposal.score,
            proposal.custom_field_name,
            proposal.field_value,
        ),
    )


def _proposal(value: dict[str, Any], match: Match, row: dict[str, str]) -> Proposal:
    return Proposal(
        custom_field_id=value["custom_field_id"],
        custom_field_name=value["custom_field_name"],
        field_value=value["field_value"],
        count_incidents=value["count_incidents"],
        count_incidents_to_gain=value["count_incidents_to_gain"],
        team_id=match.team_id,
        method=match.method,
        score=match.score,
        matched_name=match.name,
        row=row,
    )


def _unmapped_values(marts: Marts, field: dict[str, Any] | None, with_unused: bool) -> Rows:
    return marts.rows(
        """
        select field_values.*, custom_fields.mapped_by
        from marts.dim_custom_field_values as field_values
        inner join marts.dim_custom_fields as custom_fields using (custom_field_id)
        where team_ids is null and (field_values.count_incidents > 0 or $2)
            and trim(field_value) <> '' and not regexp_matches(field_value, $3)
            and mapped_by <> 'auto' and ($1 is null or custom_field_id = $1)
            and coalesce(catalog_type_id not in (select catalog_type_id from marts.dim_services), true)
        order by field_values.count_incidents desc, custom_field_id, field_value, option_id, catalog_entry_id
        """,
        [field["custom_field_id"] if field else None, with_unused, UNWRITABLE],
    )


def _names(marts: Marts, seeds: Seeds, root_team_id: str) -> list[TeamName]:
    """Names of the teams that exist with the seeds as they are now: published ones, and new ones of teams.csv."""
    published = marts.rows("""
        select team_id, name_kind, name, source from marts.dim_team_names
        inner join marts.dim_teams using (team_id)
        where is_active
    """)
    of_the_account = {row["team_id"] for row in published if row["source"] == "incident_io"}
    known = known_team_ids(seeds.tables["teams"], of_the_account, root_team_id)
    names = [
        TeamName(row["team_id"], row["name_kind"], row["name"]) for row in published if row["team_id"] in known
    ]
    names += [TeamName(row.cells["team_id"], "team_name", row.cells["team_name"]) for row in seeds.tables["teams"]]
    return names


class _MappingRows:
    """The rows of `team_mapping.csv` as they are now: what they name, and how a new one would fit in."""

    def __init__(self, seeds: Seeds, marts: Marts) -> None:
        self._values: dict[str, set[str]] = defaultdict(set)
        self._priorities: dict[str, Counter[str]] = defaultdict(Counter)
        for row in seeds.tables[FILE]:
            for key in {row.cells["custom_field"], fold(row.cells["custom_field"])}:
                self._values[key] |= {row.cells["field_value"], fold(row.cells["field_value"])}
                self._priorities[key][row.cells["field_priority"]] += 1
        fields = marts.rows("select custom_field_name from marts.dim_custom_fields")
        self._fields_of_name = Counter(fold(field["custom_field_name"] or "") for field in fields)

    def name(self, value: dict[str, Any]) -> bool:
        """Whether a row names this value of this field."""
        named = self._values.get(value["custom_field_id"], set()) | self._values.get(self._key(value), set())
        ids = {value["option_id"], value["catalog_entry_id"], value["external_id"]}
        return not named.isdisjoint(ids - {None} | {value["field_value_key"]})

    def row_for(self, value: dict[str, Any], team_id: str) -> dict[str, str]:
        """Cells of a new row: the field by name, which is easier to read, unless several fields share the name."""
        priorities = self._priorities.get(value["custom_field_id"], Counter()) + self._priorities.get(
            self._key(value), Counter()
        )
        is_shared = self._fields_of_name[self._key(value)] > 1
        return {
            "custom_field": value["custom_field_id"] if is_shared else value["custom_field_name"].strip(),
            "field_value": value["field_value"].strip(),
            "team_id": team_id,
            "field_priority": min(priorities, key=lambda text: (-priorities[text], text), default=""),
        }

    def _key(self, value: dict[str, Any]) -> str:
        return fold(value["custom_field_name"] or "")
