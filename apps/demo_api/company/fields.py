"""The company's custom fields, their options, and the form in which an incident embeds them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from apps.demo_api.company.configuration import MADE
from apps.demo_api.company.identifiers import named_ulid
from apps.demo_api.company.organisation import TEAM_TYPE_ID
from apps.demo_api.company.services import SERVICE_TYPE_ID


@dataclass(frozen=True)
class Field:
    """One custom field; `options` are the texts of its own options, empty for a catalog-backed field."""

    name: str
    field_type: str
    description: str
    options: tuple[str, ...] = ()
    catalog_type_id: str | None = None

    @cached_property
    def field_id(self) -> str:
        """Custom field id."""
        return named_ulid("custom_field", self.name)

    @cached_property
    def option_records(self) -> dict[str, dict[str, Any]]:
        """Option records by text."""
        return {
            value: {
                "id": named_ulid("option", f"{self.name}/{value}"),
                "custom_field_id": self.field_id,
                "sort_key": 10 * number,
                "value": value,
            }
            for number, value in enumerate(self.options, 1)
        }

    @property
    def record(self) -> dict[str, Any]:
        """The field in `/v2/custom_fields`."""
        record: dict[str, Any] = {
            "id": self.field_id,
            "name": self.name,
            "description": self.description,
            "field_type": self.field_type,
        }
        if self.catalog_type_id:
            record["catalog_type_id"] = self.catalog_type_id
        return record | MADE

    @cached_property
    def embedded(self) -> orjson.Fragment:
        """The definition inside every incident; without the catalog type, as in the API. Serialised once."""
        return orjson.Fragment(
            orjson.dumps(
                {
                    "id": self.field_id,
                    "name": self.name,
                    "description": self.description,
                    "field_type": self.field_type,
                    "options": list(self.option_records.values()),
                }
            )
        )


# How the options of "Proximal Owner" relate to the teams: written by people over years, not by the team catalog.
PROXIMAL_OWNERS: dict[str, tuple[str, ...]] = {
    "Cloud Foundation": ("Infrastructure",),
    "Networking": ("Infrastructure",),
    "Databases": ("Infrastructure",),
    "Checkout": ("Checkout",),
    "Payments": ("Payments", "Payments & Zahlungen"),
    "Zahlungen DACH": ("Payments & Zahlungen",),
    "Parcel Tracking": ("Tracking",),
    "Notifications": ("Tracking",),
    "Straßenlogistik": ("STRASSENLOGISTIK",),
    "Łódź Research": ("Łódź Research",),
}
UNKNOWN_OWNERS = ("Third party", "Legacy Billing")
AFFECTED_TEAMS = ("Checkout", "Customer Support", "Depots", "Finanzen")

_options = dict.fromkeys([option for options in PROXIMAL_OWNERS.values() for option in options])

FIELDS = {
    field.name: field
    for field in (
        Field(
            "Proximal Owner",
            "single_select",
            "Which team was closest to the cause?",
            (*_options, *UNKNOWN_OWNERS),
        ),
        Field("Affected Teams", "multi_select", "Which teams had work because of it?", AFFECTED_TEAMS),
        Field(
            "Affected Services",
            "multi_select",
            "Which services misbehaved?",
            catalog_type_id=SERVICE_TYPE_ID,
        ),
        Field(
            "Owning Team", "single_select", "Set by hand when the catalog is wrong.", catalog_type_id=TEAM_TYPE_ID
        ),
        Field(
            "Detection Method",
            "single_select",
            "How did we learn of it?",
            ("Alert", "Customer report", "Colleague"),
        ),
        Field(
            "Root Cause",
            "single_select",
            "What kind of cause was it?",
            ("Deployment", "Capacity", "Third party", "Données invalides"),
        ),
        Field("Customer Impact", "text", "One sentence that a customer would understand."),
        Field("Status Page", "link", "Address of the public announcement."),
        Field("Affected Customers", "numeric", "How many customers noticed?"),
    )
}


def option_records() -> list[dict[str, Any]]:
    """`/v1/custom_field_options` of every field, in creation order."""
    return [option for field in FIELDS.values() for option in field.option_records.values()]
