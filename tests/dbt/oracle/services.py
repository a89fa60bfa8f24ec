"""Who owned the services of an incident when it occurred (contract, section 8; definitions, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.dbt.account import Account, Row
from tests.dbt.oracle.custom_fields import Candidate, FieldValue
from tests.dbt.oracle.teams import Teams, team_entries, team_types
from tests.dbt.oracle.text import by_id, fold


class Services:
    """The account's services and their owners."""

    def __init__(self, account: Account, teams: Teams) -> None:
        self._teams = teams
        self._zone = ZoneInfo(account.variable("org_timezone"))
        self._rows = account.seed("service_ownership")
        self._team_type_names = {kind["type_name"] for kind in team_types(account)}
        self._names_identify = {kind["id"] for kind in team_types(account) if kind.get("use_name_as_identifier")}
        self._team_entries = team_entries(account)
        listed = set(account.variable("service_catalog_types"))
        self.types = {
            kind["id"]: kind
            for kind in account.table("catalog_types")
            if "service" in (kind.get("categories") or [])
            or listed & {kind["id"], kind["type_name"], kind["name"]}
        }
        entries = by_id(account.table("catalog_entries"))
        self._services = {key: entry for key, entry in entries.items() if entry["catalog_type_id"] in self.types}

    def owners(self, value: FieldValue, occurred_at: datetime) -> list[Candidate]:
        """Known teams that owned the linked service then; nothing when nobody is known.

        A service that left the catalog is still named by its incidents, and the user's rows still speak for it.
        """
        gone = {"id": value.entry_id, "external_id": value.external_id, "name": value.text}
        service = self._services.get(value.entry_id or "", {**gone, "catalog_type_id": value.catalog_type_id})
        local_date = occurred_at.astimezone(self._zone).date()
        rows = [
            row
            for row in self._rows
            if self._names(row["service"], service) and row["team_id"] in self._teams.rows
        ]
        valid = [row for row in rows if _holds(row, local_date)]
        if valid:
            return [_owner(service, row["team_id"], "seed", assumed=False) for row in valid]
        from_catalog = self._catalog_owners(service)
        if from_catalog:
            return [_owner(service, team_id, "catalog", assumed=True) for team_id in sorted(from_catalog)]
        starts = [row["valid_from"] or date.min for row in rows]
        if rows and local_date < min(starts):
            first = [row for row, start in zip(rows, starts, strict=True) if start == min(starts)]
            return [_owner(service, row["team_id"], "seed", assumed=True) for row in first]
        return []

    @staticmethod
    def _names(wanted: str, service: Row) -> bool:
        return wanted in (service["id"], service.get("external_id")) or fold(wanted) == fold(service["name"])

    def _catalog_owners(self, service: Row) -> set[str]:
        attributes = (self.types[service["catalog_type_id"]].get("schema") or {}).get("attributes") or []
        owners: set[str] = set()
        for attribute in attributes:
            if attribute["type"] in self._team_type_names:
                held = (service.get("attribute_values") or {}).get(attribute["id"]) or {}
                for value in [*(held.get("array_value") or []), *([held["value"]] if held.get("value") else [])]:
                    owners |= self._resolve(value.get("literal") or value.get("label"))
        return owners

    def _resolve(self, reference: str | None) -> set[str]:
        kinds: list[Callable[[Row], bool]] = [
            lambda entry: entry["id"] == reference,
            lambda entry: entry.get("external_id") == reference,
            lambda entry: reference in (entry.get("aliases") or []),
            lambda entry: entry["name"] == reference and entry["catalog_type_id"] in self._names_identify,
        ]
        for matches in kinds:
            found = [entry["id"] for entry in self._team_entries if reference and matches(entry)]
            if found:
                known = (self._teams.of_incident_io(entry_id) for entry_id in found)
                return {team_id for team_id in known if team_id}
        return set()


def _holds(row: Row, day: date) -> bool:
    return (row["valid_from"] or date.min) <= day and (row["valid_to"] is None or day < row["valid_to"])


def _owner(service: Row, team_id: str, matched_by: str, *, assumed: bool) -> Candidate:
    return Candidate(team_id, 1, matched_by, service["name"], assumed)
