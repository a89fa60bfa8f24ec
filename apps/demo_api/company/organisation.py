"""Teams and people. The tree itself is in the demo's teams.csv and, as an attribute, in the team catalog type."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.demo_api.company.identifiers import named_ulid

TEAM_TYPE = 'Custom["Team"]'
TEAM_TYPE_ID = named_ulid("catalog_type", "Team")
PARENT_ATTRIBUTE = "parent"
CHANNEL_ATTRIBUTE = named_ulid("attribute", "Team/Channel")


@dataclass(frozen=True)
class Team:
    """One team of incident.io; `external_id` and `aliases` identify its catalog entry."""

    name: str
    external_id: str | None
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    has_own_id: bool = False  # its team id differs from the id of its catalog entry

    @cached_property
    def entry_id(self) -> str:
        """Id of the catalog entry."""
        return named_ulid("team_entry", self.name)

    @cached_property
    def team_id(self) -> str:
        """Id in `/v3/teams` and in `team_ids`."""
        return named_ulid("team", self.name) if self.has_own_id else self.entry_id


TEAMS = {
    team.name: team
    for team in (
        Team("Platform", "platform"),
        Team("Product", "product"),
        Team("Operations", "operations"),
        Team("Cloud Foundation", "cloud-foundation", "Platform", ("cloud", "infra")),
        Team("Networking", "networking", "Cloud Foundation"),
        Team("Databases", "databases", "Cloud Foundation", ("dba",)),
        Team("Data Platform", "data-platform", "Platform", has_own_id=True),
        Team("Developer Experience", None, "Platform", ("devex",)),
        Team("Checkout", "checkout", "Product"),
        Team("Payments", "payments", "Checkout", ("billing", "psp")),
        Team("Zahlungen DACH", "zahlungen-dach", "Checkout"),
        Team("Parcel Tracking", "tracking", "Product", ("track-and-trace",), has_own_id=True),
        Team("Notifications", "notifications", "Parcel Tracking"),
        Team("Straßenlogistik", "strassenlogistik", "Operations"),
        Team("Tri & Centres Québec", "tri-quebec", "Operations"),
        Team("Sécurité", "securite", "Operations", ("security",)),
        Team("Łódź Research", "lodz-research"),  # in no seed: it becomes a team of its own
    )
}

# Teams that answer incidents; groups do not.
RESPONDING = tuple(name for name in TEAMS if name not in ("Platform", "Product", "Operations"))


@dataclass(frozen=True)
class Person:
    """One user."""

    name: str
    team: str
    is_active: bool = True
    has_email: bool = True

    @cached_property
    def user_id(self) -> str:
        """User id."""
        return named_ulid("user", self.name)

    @cached_property
    def email(self) -> str | None:
        """Address made of the name, without accents."""
        if not self.has_email:
            return None
        return _ascii(self.name.lower()).replace(" ", ".") + "@havn.example"

    @cached_property
    def embedded(self) -> dict[str, Any]:
        """The user as other records embed it."""
        record: dict[str, Any] = {"id": self.user_id, "name": self.name}
        if self.email:
            record["email"] = self.email
        return record | {"slack_user_id": self.slack_user_id, "role": "responder"}

    @cached_property
    def slack_user_id(self) -> str:
        """Slack id."""
        return "U" + self.user_id[-10:]


_SPECIAL = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "ı": "i"})


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name.translate(_SPECIAL)).encode("ascii", "ignore").decode()


_PEOPLE = """
Cloud Foundation: Amara Okafor, Björn Lindqvist, Chloé Dubois, Wei Zhang
Networking: Søren Østergaard, Priya Raman, Tomás Herrera, Ingrid Nygård
Databases: Łukasz Wójcik, Mei-Ling Chen, Oluwaseun Adeyemi, Zoë Müller
Data Platform: Émile Fournier, Hana Dvořáková, Rashid Al-Farsi, Yuki Tanaka
Developer Experience: Nora Schröder, Pádraig Ó Briain, Ravi Iyer
Checkout: Beatriz Gonçalves, Dmitri Volkov, Fatima Zahra, Jürgen Groß
Payments: Anaïs Lefèvre, Kwame Mensah, Siobhán Kelly, Viktor Šimek, Xóchitl Ramírez
Zahlungen DACH: Günther Weiß, Katharina Jäger, Lars Brügger
Parcel Tracking: Camila Peña, Håkon Berg, Isabel Núñez, Olga Petrova, Thịnh Nguyễn
Notifications: Aoife Byrne, Mateus Conceição, Sana Mirza
Straßenlogistik: Jörg Strauß, Renate Köhler, Uwe Hauß, Elif Yıldız
Tri & Centres Québec: Benoît Tremblay, Maïté Gagnon, Noël Bélanger
Sécurité: Adèle Moreau, Ibrahim Diallo, Petr Novák
Łódź Research: Agnieszka Kowalczyk, Michał Zieliński
"""
_LEFT = {"Ravi Iyer", "Dmitri Volkov", "Lars Brügger", "Uwe Hauß", "Petr Novák"}
_WITHOUT_EMAIL = {"Thịnh Nguyễn"}

PEOPLE = {
    name: Person(name, team, name not in _LEFT, name not in _WITHOUT_EMAIL)
    for line in _PEOPLE.strip().splitlines()
    for team, names in [line.split(": ")]
    for name in names.split(", ")
}
MEMBERS = {team: [person for person in PEOPLE.values() if person.team == team] for team in RESPONDING}


def user_records() -> list[dict[str, Any]]:
    """`/v2/users`, ordered by id."""
    records = []
    for number, person in enumerate(PEOPLE.values()):
        is_owner = number == 0
        record: dict[str, Any] = {"id": person.user_id, "name": person.name}
        if person.email:
            record["email"] = person.email
        record |= {
            "slack_user_id": person.slack_user_id,
            "role": "owner" if is_owner else "responder",
            "base_role": _role("owner" if is_owner else "user"),
            "custom_roles": [_role("incident-managers")] if number % 9 == 3 else [],
            "seats": {"on_call": "full_access" if number % 3 else "none", "response": "full_access"},
            "is_active": person.is_active,
        }
        records.append(record)
    return sorted(records, key=lambda record: record["id"])


def team_records() -> list[dict[str, Any]]:
    """`/v3/teams`, ordered by id."""
    records = []
    for team in TEAMS.values():
        entry: dict[str, Any] = {"id": team.entry_id, "name": team.name}
        if team.external_id:
            entry["external_id"] = team.external_id
        members = [
            {key: value for key, value in person.embedded.items() if key != "role"}
            for person in MEMBERS.get(team.name, [])
            if person.is_active
        ]
        records.append({"id": team.team_id, "name": team.name, "catalog_entry": entry, "members": members})
    return sorted(records, key=lambda record: record["id"])


def _role(slug: str) -> dict[str, Any]:
    return {"id": named_ulid("rbac_role", slug), "name": slug.replace("-", " ").title(), "slug": slug}
