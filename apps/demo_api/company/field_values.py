"""The custom field values of one incident, drawn so that every attribution step occurs in sensible shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from apps.demo_api.company.fields import AFFECTED_TEAMS, FIELDS, PROXIMAL_OWNERS, UNKNOWN_OWNERS
from apps.demo_api.company.organisation import TEAMS
from apps.demo_api.company.services import SERVICES, Service
from apps.demo_api.company.texts import IMPACTS

_CHOICES = [service for service in SERVICES.values() if not service.is_archived]
_DETECTION = FIELDS["Detection Method"].options
_CAUSES = FIELDS["Root Cause"].options


@dataclass
class FieldValues:
    """Values by field name, each in the API's form."""

    values: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def draw(cls, random: Random, service: Service, team: str, mode: str) -> FieldValues:
        """Values of an incident of `service` answered by `team`."""
        drawn = cls()
        if mode == "tutorial":
            return drawn
        is_named, is_unknown = random.random() < 0.45, random.random() < 0.1
        owners = UNKNOWN_OWNERS if is_unknown else PROXIMAL_OWNERS.get(team)
        if is_named and owners:
            drawn._choose("Proximal Owner", [random.choice(owners)])
        if random.random() < 0.15:
            drawn._choose("Affected Teams", sorted(random.sample(AFFECTED_TEAMS, random.choice((1, 1, 2, 3)))))
        if random.random() < 0.7:
            services = [service]
            if random.random() < 0.15:
                services += [other for other in random.sample(_CHOICES, 2) if other is not service][:1]
            drawn.values["Affected Services"] = [{"value_catalog_entry": one.embedded} for one in services]
        if random.random() < 0.04:
            entry: dict[str, Any] = {"id": TEAMS[team].entry_id, "name": team}
            if TEAMS[team].external_id:
                entry["external_id"] = TEAMS[team].external_id
            if TEAMS[team].aliases:
                entry["aliases"] = list(TEAMS[team].aliases)
            drawn.values["Owning Team"] = [{"value_catalog_entry": entry}]
        drawn._describe(random)
        return drawn

    def _describe(self, random: Random) -> None:
        """The fields that say nothing about teams."""
        if random.random() < 0.9:
            self._choose("Detection Method", [random.choices(_DETECTION, (62, 23, 15))[0]])
        if random.random() < 0.75:
            self._choose("Root Cause", [random.choices(_CAUSES, (50, 20, 20, 10))[0]])
        if random.random() < 0.6:
            self.values["Customer Impact"] = [{"value_text": random.choice(IMPACTS)}]
        if random.random() < 0.2:
            page = f"https://status.havn.example/history/{random.randrange(10**6):06d}"
            self.values["Status Page"] = [{"value_link": page}]
        if random.random() < 0.3:
            self.values["Affected Customers"] = [{"value_numeric": str(int(random.lognormvariate(4, 1.5)))}]

    def entries(self) -> list[dict[str, Any]]:
        """Every field of the company with its values, an empty list when unset."""
        return [
            {"custom_field": definition.embedded, "values": self.values.get(name, [])}
            for name, definition in FIELDS.items()
        ]

    def _choose(self, name: str, options: list[str]) -> None:
        records = FIELDS[name].option_records
        self.values[name] = [{"value_option": records[option]} for option in options]
