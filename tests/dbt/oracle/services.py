"""Who owned the services of an incident when it occurred (contract, section 8; definitions, section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.dbt.account import Account, Row
from tests.dbt.oracle.candidates import Candidate
from tests.dbt.oracle.custom_fields import FieldValue, field_values
from tests.dbt.oracle.history import Seen
from tests.dbt.oracle.owners import service_types
from tests.dbt.oracle.references import has_ended
from tests.dbt.oracle.text import by_id, fold

SEED_FILE = "service_ownership.csv"


class Span(NamedTuple):
    """A team that the catalog was seen to name as an owner, from one instant to another."""

    team_id: str
    reference: str
    matched_by: str
    start: datetime
    end: datetime | None


class Services:
    """The account's services and their owners over time."""

    def __init__(self, account: Account, seen: Seen) -> None:
        self._seen = seen
        self._zone = ZoneInfo(account.variable("org_timezone"))
        self._rows = list(enumerate(account.seed("service_ownership"), start=2))
        self.types = service_types(account)
        self.rows = {
            entry["id"]: entry
            for entry in account.table("catalog_entries")
            if entry["catalog_type_id"] in self.types
        }
        entries = by_id(account.table("catalog_entries"))
        for incident in account.table("incidents"):
            for value in field_values(account, incident):
                if value.catalog_type_id in self.types and value.entry_id and value.entry_id not in entries:
                    self.rows.setdefault(value.entry_id, _gone(value))

    def described(self) -> dict[tuple[str], Row]:
        """Rows of dim_services."""
        return {
            (service_id,): {
                "service_name": service["name"],
                "external_id": service.get("external_id"),
                "catalog_type_id": service["catalog_type_id"],
                "is_archived": has_ended(service),
            }
            for service_id, service in self.rows.items()
        }

    def linked(self, values: list[FieldValue]) -> list[Row]:
        """The services among the values of an incident, each once."""
        found = {
            value.entry_id: self.rows[value.entry_id]
            for value in values
            if value.entry_id in self.rows
            and value.catalog_type_id == self.rows[value.entry_id]["catalog_type_id"]
        }
        return list(found.values())

    def owners(self, service: Row, occurred_at: datetime) -> list[Candidate]:
        """What every source says about the owners at that instant; the strongest source is not outranked.

        The rows of the seed that hold the local date; what the catalog was seen to say then; and before anything
        was known, the first row that is: of the seed where it begins no later than the catalog was seen, and of
        the catalog as long as nobody had looked at it.
        """
        local_date = occurred_at.astimezone(self._zone).date()
        seeds = list(self._seed_rows(service))
        spans = self._spans(service["id"])
        first_seed = min((row["valid_from"] or date.min for _, row, _ in seeds), default=None)
        first_seen = min((span.start for span in spans), default=None)
        is_seed_first = first_seed is not None and (first_seen is None or first_seed <= self._day(first_seen))
        by_strength = [
            [self._of_seed(service, *row) for row in seeds if _holds(row[1], local_date)],
            [
                self._of_catalog(service, span)
                for span in spans
                if span.start <= occurred_at and (span.end is None or occurred_at < span.end)
            ],
            [
                _assumed(self._of_seed(service, *row))
                for row in seeds
                if is_seed_first and first_seed and local_date < first_seed and row[1]["valid_from"] == first_seed
            ],
            [
                _assumed(self._of_catalog(service, span))
                for span in spans
                if first_seen and occurred_at < first_seen and span.start == first_seen
            ],
        ]
        strongest = next((position for position, found in enumerate(by_strength) if found), 0)
        return [
            replace(candidate, outranked_by=None if position == strongest else SEED_FILE)
            for position, found in enumerate(by_strength)
            for candidate in found
        ]

    def _seed_rows(self, service: Row) -> Iterator[tuple[int, Row, str]]:
        """(line, row, what matched) of the rows that name the service and a known team."""
        for line, row in self._rows:
            wanted = row["service"]
            matches = {
                "catalog_entry_id": wanted == service["id"],
                "external_id": wanted == service.get("external_id"),
                "text": fold(wanted) == fold(service["name"]),
            }
            matched_by = next((kind for kind, does in matches.items() if does), None)
            if matched_by and row["team_id"] in self._seen.teams.rows:
                yield line, row, matched_by

    def _spans(self, service_id: str) -> list[Span]:
        """Spans of the owning teams; a team that stays while others come and go has one."""
        spans: list[Span] = []
        timeline = self._seen.owners.get(service_id)
        for start, end, entry_ids in timeline.states() if timeline else ():
            details = self._seen.details[(service_id, start)]
            now: dict[str, tuple[str, str]] = {}
            for entry_id in entry_ids:
                known = self._seen.teams.of_incident_io(entry_id)
                if known:
                    owner = (details[entry_id].reference, details[entry_id].matched_by)
                    now[known[0]] = min(owner, now.get(known[0], owner))
            for team_id, owner in now.items():
                before = next((s for s in spans if s.team_id == team_id and s.end == start), None)
                if before:
                    spans[spans.index(before)] = before._replace(end=end)
                else:
                    spans.append(Span(team_id, *owner, start, end))
        return spans

    def _of_seed(self, service: Row, line: int, row: Row, matched_by: str) -> Candidate:
        return Candidate(
            row["team_id"],
            source_name=service["name"],
            source_value=row["service"],
            matched_by=matched_by,
            seed_file=SEED_FILE,
            seed_line=line,
            owned_from=row["valid_from"],
            owned_to=row["valid_to"],
        )

    def _of_catalog(self, service: Row, span: Span) -> Candidate:
        return Candidate(
            span.team_id,
            source_name=service["name"],
            source_value=span.reference,
            matched_by=span.matched_by,
            owned_from=self._day(span.start),
            owned_to=self._day(span.end) if span.end else None,
        )

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(self._zone).date()


def _gone(value: FieldValue) -> Row:
    """A service that left the catalog is still named by its incidents, and the user's rows still speak for it."""
    return {
        "id": value.entry_id,
        "external_id": value.external_id,
        "name": value.text,
        "catalog_type_id": value.catalog_type_id,
        "archived_at": "left the catalog",
    }


def _assumed(candidate: Candidate) -> Candidate:
    return replace(candidate, owned_from=None, assumed=True)


def _holds(row: Row, day: date) -> bool:
    return (row["valid_from"] or date.min) <= day and (row["valid_to"] is None or day < row["valid_to"])
