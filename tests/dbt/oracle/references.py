"""References of the catalog: what stands in an attribute, and the entries that it means (api facts, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.dbt.account import Account, Row
from tests.dbt.oracle.text import fold

KINDS = ("catalog_entry_id", "external_id", "alias", "name")


@dataclass(frozen=True)
class Reference:
    """A text in an attribute of an entry.

    `targets` are the ids of the entries that it means, each with how it matched; `place` is 0 for a single value,
    else the position in the list.
    """

    holder: str
    catalog_type: str
    attribute_id: str
    attribute: str
    text: str
    place: int
    targets: tuple[tuple[str, str], ...]


def types_named(account: Account, type_name: str) -> list[Row]:
    """Catalog types that an attribute of that type points at."""
    return [kind for kind in account.table("catalog_types") if kind["type_name"] == type_name]


def attributes_of(kind: Row) -> list[Row]:
    """The attributes that a catalog type declares."""
    return (kind.get("schema") or {}).get("attributes") or []


def place_of(attribute: Row, names: list[str]) -> int | None:
    """Where a list of ids and names mentions the attribute; names compare folded."""
    for place, name in enumerate(names):
        if attribute["id"] == name or fold(attribute["name"]) == fold(name):
            return place
    return None


def has_ended(entry: Row) -> bool:
    """Archived by the account, or no longer listed."""
    return entry.get("archived_at") is not None or entry.get("deleted_at") is not None


def references(account: Account, kind: Row, attribute: Row) -> Iterator[Reference]:
    """Every different reference in an attribute of the entries of a type."""
    for entry in account.table("catalog_entries"):
        if entry["catalog_type_id"] != kind["id"]:
            continue
        held = (entry.get("attribute_values") or {}).get(attribute["id"]) or {}
        values = [(0, held.get("value") or {}), *enumerate(held.get("array_value") or [], start=1)]
        seen: set[str] = set()
        for place, value in values:
            text = value.get("literal") or value.get("label")
            if text and text not in seen:
                seen.add(text)
                found = tuple(_targets(account, attribute["type"], text))
                names = (kind["name"], attribute["id"], attribute["name"])
                yield Reference(entry["id"], *names, text, place, found)


def _targets(account: Account, type_name: str, text: str) -> Iterator[tuple[str, str]]:
    kinds = {kind["id"]: kind for kind in types_named(account, type_name)}
    entries = [entry for entry in account.table("catalog_entries") if entry["catalog_type_id"] in kinds]
    # An entry that has ended answers only when no other does.
    for ended in (False, True):
        for kind in KINDS:
            found = [
                entry["id"]
                for entry in entries
                if has_ended(entry) == ended and _answers(entry, kinds[entry["catalog_type_id"]], kind, text)
            ]
            if found:
                yield from ((entry_id, kind) for entry_id in found)
                return


def _answers(entry: Row, catalog_type: Row, kind: str, text: str) -> bool:
    if kind == "catalog_entry_id":
        return entry["id"] == text
    if kind == "external_id":
        return entry.get("external_id") == text
    if kind == "alias":
        return text in (entry.get("aliases") or [])
    return bool(catalog_type.get("use_name_as_identifier")) and entry["name"] == text
