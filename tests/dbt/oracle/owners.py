"""Services, and the teams that the catalog names as their owners at one time (contract, section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.dbt.account import Account, Row
from tests.dbt.oracle.references import Reference, attributes_of, place_of, references, types_named


@dataclass(frozen=True)
class Owner:
    """How a service refers to an owning team, and what that matched."""

    reference: str
    matched_by: str


@dataclass(frozen=True)
class OwnerReference:
    """A reference to an owner at the end of the path from a service; `text` tells the whole path."""

    service_id: str
    reference: Reference
    text: str


def service_types(account: Account) -> dict[str, Row]:
    """Catalog types that hold services, by id."""
    listed = set(account.variable("service_catalog_types"))
    return {
        kind["id"]: kind
        for kind in account.table("catalog_types")
        if "service" in (kind.get("categories") or []) or listed & {kind["id"], kind["type_name"], kind["name"]}
    }


def owners_of_listed_services(account: Account) -> dict[str, dict[str, Owner]]:
    """Service id -> team entry id -> owner, for every service that the catalog still lists."""
    types = service_types(account)
    found: dict[str, dict[str, Owner]] = {
        entry["id"]: {}
        for entry in account.table("catalog_entries")
        if entry["catalog_type_id"] in types and entry.get("deleted_at") is None
    }
    for led_to in sorted(owner_references(account), key=lambda led_to: led_to.text):
        for team_entry_id, matched_by in led_to.reference.targets:
            if led_to.service_id in found:
                found[led_to.service_id].setdefault(team_entry_id, Owner(led_to.text, matched_by))
    return found


def owner_references(account: Account) -> Iterator[OwnerReference]:
    """References to teams that services are led to by the variable service_owner_path."""
    path = account.variable("service_owner_path")
    for first in _first_steps(account, path):
        if len(path) < 2:
            yield OwnerReference(first.holder, first, first.text)
            continue
        for component, _ in first.targets:
            for last in last_steps(account):
                if last.holder == component:
                    yield OwnerReference(first.holder, last, f"{first.text} > {last.text}")


def component_references(account: Account) -> list[Reference]:
    """With a path of two attributes: what stands in the first of them."""
    path = account.variable("service_owner_path")
    return list(_first_steps(account, path)) if len(path) == 2 else []


def last_steps(account: Account) -> list[Reference]:
    """References to teams in the last attribute of the path, of whatever entry."""
    path = account.variable("service_owner_path")
    if len(path) < 2:
        return list(_first_steps(account, path))
    between = {
        kind["id"]: kind
        for service_type in service_types(account).values()
        for attribute in attributes_of(service_type)
        if place_of(attribute, path[:1]) is not None
        for kind in types_named(account, attribute["type"])
    }
    return [
        reference
        for kind in between.values()
        for attribute in attributes_of(kind)
        if place_of(attribute, path[1:]) is not None and _points_at_teams(account, attribute)
        for reference in references(account, kind, attribute)
    ]


def _first_steps(account: Account, path: list[str]) -> Iterator[Reference]:
    for kind in service_types(account).values():
        for attribute in attributes_of(kind):
            is_on_path = not path or place_of(attribute, path[:1]) is not None
            leads_on = (
                bool(types_named(account, attribute["type"]))
                if len(path) == 2
                else _points_at_teams(account, attribute)
            )
            if is_on_path and leads_on:
                yield from references(account, kind, attribute)


def _points_at_teams(account: Account, attribute: Row) -> bool:
    return any(kind.get("is_team_type") for kind in types_named(account, attribute["type"]))
