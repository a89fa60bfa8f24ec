"""Services and the catalog: types, entries, and the three ways in which an entry can name its owner team."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.demo_api.company.configuration import MADE
from apps.demo_api.company.identifiers import named_ulid
from apps.demo_api.company.organisation import CHANNEL_ATTRIBUTE, PARENT_ATTRIBUTE, TEAM_TYPE, TEAM_TYPE_ID, TEAMS

SERVICE_TYPE_ID = named_ulid("catalog_type", "Service")
OWNER_ATTRIBUTE = "owner"
CO_OWNERS_ATTRIBUTE = named_ulid("attribute", "Service/Also owned by")
TIER_ATTRIBUTE = named_ulid("attribute", "Service/Tier")
REPOSITORY_ATTRIBUTE = named_ulid("attribute", "Service/Repository")


@dataclass(frozen=True)
class Service:
    """One service. `owner_by` is how the catalog refers to the owner: id, external_id, alias or name."""

    name: str
    team: str  # who answers its incidents, whether or not the catalog knows
    owner_by: str | None  # None: the catalog names no owner
    external_id: str | None = None
    aliases: tuple[str, ...] = ()
    co_owners: tuple[str, ...] = ()
    is_archived: bool = False
    tier: int = 2

    @cached_property
    def entry_id(self) -> str:
        """Id of the catalog entry."""
        return named_ulid("service_entry", self.name)

    @cached_property
    def embedded(self) -> dict[str, Any]:
        """The entry as an incident's custom field value embeds it."""
        record: dict[str, Any] = {"id": self.entry_id, "name": self.name}
        if self.external_id:
            record["external_id"] = self.external_id
        if self.aliases:
            record["aliases"] = list(self.aliases)
        return record


SERVICES = {
    service.name: service
    for service in (
        Service("Payment Gateway", "Payments", "id", "payment-gateway", ("pgw",), tier=1),
        Service("Refund Worker", "Payments", "external_id", "refund-worker"),
        Service("Invoice Renderer", "Payments", "alias", "invoice-renderer"),
        Service("SEPA-Lastschrift", "Zahlungen DACH", "external_id", "sepa", tier=1),
        Service("Rechnungsprüfung", "Zahlungen DACH", "id", None, ("rechnung",)),
        Service("Checkout Web", "Checkout", "external_id", "checkout-web", tier=1),
        Service("Basket API", "Checkout", None, "basket-api", co_owners=("Checkout", "Payments")),
        Service("Track & Trace API", "Parcel Tracking", "alias", "track-api", ("t&t",), tier=1),
        Service("Parcel Events", "Parcel Tracking", "external_id", "parcel-events"),
        Service("Delivery Estimates", "Parcel Tracking", "id", "eta"),
        Service("E-mail Dispatcher", "Notifications", "external_id", "mailer"),
        Service("SMS Relay", "Notifications", "id", "sms-relay"),
        Service("Edge Proxy", "Networking", "external_id", "edge-proxy", tier=1),
        Service("DNS", "Networking", "id", "dns", tier=1),
        Service("PostgreSQL Fleet", "Databases", "alias", "postgres", ("pg",), tier=1),
        Service("Redis Caches", "Databases", "external_id", "redis"),
        Service("Kubernetes", "Cloud Foundation", "alias", "k8s", ("kubernetes-clusters",), tier=1),
        Service("Object Storage", "Cloud Foundation", "external_id", "objects"),
        Service("Data Warehouse", "Data Platform", "external_id", "dwh"),
        Service("Event Bus", "Data Platform", "id", "event-bus", tier=1),
        Service("CI Runners", "Developer Experience", "alias", "ci"),
        Service("Tourenplanung Süd", "Straßenlogistik", "external_id", "tour-sued"),
        Service("Driver App", "Straßenlogistik", None, "driver-app"),  # owner known to the seeds alone
        Service("Trieuse de Montréal", "Tri & Centres Québec", "id", "tri-mtl"),
        Service("Login", "Sécurité", "alias", "login", tier=1),
        Service("Legacy Label Printer", "Straßenlogistik", None, "label-printer"),  # owned by nobody
        Service("Intranet Wiki", "Developer Experience", None),  # owned by nobody
        Service("Fax Gateway", "Notifications", "external_id", "fax", is_archived=True),
    )
}


def _type(name: str, categories: list[str], attributes: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": named_ulid("catalog_type", name),
        "name": name,
        "type_name": f'Custom["{name}"]',
        "description": f"Every {name.lower()} of the company.",
        "annotations": {"havn.example/source": "catalog-importer"},
        "categories": categories,
        "color": "blue",
        "icon": "box",
        "engine_resource_type": f'CatalogEntry["Custom[\\"{name}\\"]"]',
        "is_editable": True,
        "is_team_type": False,
        "ranked": False,
        "use_name_as_identifier": False,
        "schema": {"version": 3, "attributes": attributes},
        **MADE,
    }
    return record | changes


def _attribute(
    attribute_id: str, name: str, value_type: str, array: bool = False, mode: str = "api"
) -> dict[str, Any]:
    return {"id": attribute_id, "name": name, "type": value_type, "array": array, "mode": mode}


def catalog_type_records() -> list[dict[str, Any]]:
    """`/v3/catalog_types`: the team type, the service type, customers, and a synced type."""
    return [
        _type(
            "Team",
            ["team"],
            [
                _attribute(PARENT_ATTRIBUTE, "Parent team", TEAM_TYPE),
                _attribute(CHANNEL_ATTRIBUTE, "Channel", "String", mode="dashboard"),
            ],
            is_team_type=True,
            use_name_as_identifier=True,
            icon="users",
            color="green",
            estimated_count=len(TEAMS),
        ),
        _type(
            "Service",
            ["service"],
            [
                _attribute(OWNER_ATTRIBUTE, "Owner", TEAM_TYPE),
                _attribute(CO_OWNERS_ATTRIBUTE, "Also owned by", TEAM_TYPE, array=True),
                _attribute(TIER_ATTRIBUTE, "Tier", "Number"),
                _attribute(REPOSITORY_ATTRIBUTE, "Repository", "String"),
            ],
            source_repo_url="https://git.havn.example/platform/catalog",
            estimated_count=len(SERVICES),
        ),
        _type("Customer", ["customer"], [], icon="briefcase", ranked=True),
        _type(
            "Slack user group",
            [],
            [],
            type_name="SlackUserGroup",
            engine_resource_type="SlackUserGroup",
            registry_type="SlackUserGroup",
            required_integrations=["slack"],
            last_synced_at="2026-01-05T03:00:00Z",
            is_editable=False,
            estimated_count=0,
        ),
    ]


def catalog_entry_records() -> list[dict[str, Any]]:
    """`/v3/catalog_entries` of every type, in rank order per type."""
    records = []
    for rank, team in enumerate(TEAMS.values()):
        values: dict[str, Any] = {CHANNEL_ATTRIBUTE: {"value": {"label": f"#team-{team.external_id or 'devex'}"}}}
        if team.parent:
            values[PARENT_ATTRIBUTE] = {"value": _reference(team.parent, "external_id")}
        identity = (team.entry_id, team.name, team.external_id, team.aliases)
        records.append(_entry(TEAM_TYPE_ID, rank, identity, values))
    for rank, service in enumerate(SERVICES.values()):
        values = {TIER_ATTRIBUTE: {"value": {"label": str(service.tier), "literal": str(service.tier)}}}
        if service.external_id:
            values[REPOSITORY_ATTRIBUTE] = {"value": {"label": f"havn/{service.external_id}"}}
        if service.owner_by:
            values[OWNER_ATTRIBUTE] = {"value": _reference(service.team, service.owner_by)}
        if service.co_owners:
            values[CO_OWNERS_ATTRIBUTE] = {"array_value": [_reference(name, "name") for name in service.co_owners]}
        identity = (service.entry_id, service.name, service.external_id, service.aliases)
        entry = _entry(SERVICE_TYPE_ID, rank, identity, values)
        if service.is_archived:
            entry["archived_at"] = "2024-03-01T10:00:00Z"
        records.append(entry)
    for rank, name in enumerate(("Fjordland Frukt", "Café Übersee", "Ōsaka Books")):
        identity = (named_ulid("customer", name), name, f"cust-{rank}", ())
        records.append(_entry(named_ulid("catalog_type", "Customer"), rank, identity, {}))
    return records


def _reference(team: str, by: str) -> dict[str, str]:
    """A value that refers to a team: the label is its name, the literal what somebody once typed."""
    target = TEAMS[team]
    literals = {
        "id": target.entry_id,
        "external_id": target.external_id,
        "alias": target.aliases[0] if target.aliases else None,
        "name": target.name,
    }
    return {"label": target.name, "literal": literals[by] or target.entry_id}


def _entry(
    type_id: str, rank: int, identity: tuple[str, str, str | None, tuple[str, ...]], values: dict[str, Any]
) -> dict[str, Any]:
    """One entry; `identity` is its id, name, external id and aliases."""
    entry_id, name, external_id, aliases = identity
    record: dict[str, Any] = {"id": entry_id, "catalog_type_id": type_id, "name": name}
    if external_id:
        record["external_id"] = external_id
    return record | {"aliases": list(aliases), "rank": rank, "attribute_values": values, **MADE}
