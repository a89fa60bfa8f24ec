"""An account that changes while it is read: records change, appear, move within their list and are deleted.

Every version that a record ever had is remembered, so that what was stored can be told from what never was. A
change is open when the API shows that it happened (`updated_at` moves, or the list is read in full every run) and
silent when only a full reading can find it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]

MODES = ("standard", "retrospective", "test", "tutorial")
CATEGORIES = ("triage", "live", "paused", "learning", "closed", "declined", "merged", "canceled")
WITH_MODE = ("follow_ups", "actions")
# Lists that are read in full every run.
DEFINITIONS = (
    *("custom_fields", "custom_field_options", "catalog_types", "catalog_entries", "teams", "users", "schedules"),
    *("severities", "incident_statuses", "incident_types", "incident_roles", "incident_timestamps"),
)
# Lists in which a change moves `updated_at`, so that it can be asked for.
STAMPED = ("incidents", "follow_ups", "actions", "alerts", "escalations")
# Lists in an order that a record can change; the others are ordered by id or by creation.
BY_NAME = ("users", "teams", "schedules", "catalog_entries", "custom_field_options")
YOUNGEST_DAYS = 80


class LivingAccount:
    """`rows` per list in no particular order; `versions` of every record that ever was, by id. Ids per list:
    `deleted` ever, `disturbed` (made, changed or deleted) since :meth:`settle`, `silent`: changed silently.
    """

    def __init__(self, seed: int, count_incidents: int) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.versions: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        self.deleted: dict[str, set[str]] = defaultdict(set)
        self.disturbed: dict[str, set[str]] = defaultdict(set)
        self.silent: dict[str, set[str]] = defaultdict(set)
        self._numbers: dict[str, int] = defaultdict(int)
        self._populate(count_incidents)
        self.settle()

    def settle(self) -> None:
        """From now on nothing counts as disturbed."""
        self.disturbed.clear()

    def change_something(self, *, silently: bool) -> None:
        """One change in one list; `silently`: it may be one that only a full reading finds."""
        changes = [self._change, self._change, self._appear, self._move, self._delete]
        self.random.choice([*changes, self._change_silently] if silently else changes)()

    def add(self, table: str, record: Row) -> None:
        """A new record."""
        self.rows[table].append(record)
        self._remember(table, record)

    def _populate(self, count_incidents: int) -> None:
        chance = self.random
        for table, many in (("severities", 3), ("incident_statuses", 8), ("incident_roles", 2), ("teams", 9)):
            for _ in range(many):
                self._add_definition(table)
        for table, many in (("incident_types", 2), ("incident_timestamps", 4), ("users", 11), ("schedules", 5)):
            for _ in range(many):
                self._add_definition(table)
        for field_type in ("single_select", "multi_select", "text"):
            self._add_definition("custom_fields", field_type=field_type)
        for is_team_type, categories in ((True, []), (False, ["service"]), (False, ["user"])):
            self._add_definition("catalog_types", is_team_type=is_team_type, categories=categories)
        for _ in range(12):
            self._add_definition("custom_field_options")
            self._add_definition("catalog_entries")
        age = timedelta(days=YOUNGEST_DAYS)
        moments = sorted(datetime.now(UTC) - age * chance.random() for _ in range(count_incidents))
        for moment in moments:
            self._add_incident(moment)
            for _ in range(chance.randrange(4)):
                self._add_around_incident(chance.choice(AROUND), moment + timedelta(hours=chance.randrange(9)))

    def _add_definition(self, table: str, **more: Any) -> None:
        record = {"id": self._new_id(table), **more}
        if table == "custom_field_options":
            fields = [row["id"] for row in self.rows["custom_fields"] if row["field_type"] != "text"]
            record |= {"custom_field_id": self.random.choice(fields), "value": self._text(), "sort_key": 1}
        else:
            record |= {"name": self._text()}
        if table == "catalog_entries":
            types = [row["id"] for row in self.rows["catalog_types"] if row["categories"] != ["user"]]
            record |= {"catalog_type_id": self.random.choice(types), "attribute_values": {}}
        if table == "users":
            record |= {"is_active": self.random.random() < 0.8}
        self.add(table, record)

    def _add_incident(self, moment: datetime) -> None:
        identifier = self._new_id("incidents")
        record = {
            "id": identifier,
            "reference": f"INC-{int(identifier[-5:])}",
            "name": self._text(),
            "mode": self.random.choice(MODES),
            "visibility": "public",
            "incident_status": {"id": "s", "category": self.random.choice(CATEGORIES)},
            "custom_field_entries": [{"values": [{"value_text": self._text()}]}],
            "team_ids": [],
            "created_at": as_text(moment),
            "updated_at": as_text(moment),
        }
        self.add("incidents", record)

    def _add_around_incident(self, table: str, moment: datetime) -> None:
        incidents = self.rows["incidents"]
        if not incidents:
            return
        incident = self.random.choice(incidents)
        record: Row = {"id": self._new_id(table)}
        if table in STAMPED:
            record |= {"created_at": as_text(moment), "updated_at": as_text(moment)}
        if table == "incident_updates":
            record |= {"incident_id": incident["id"], "message": self._text(), "created_at": as_text(moment)}
        elif table in WITH_MODE:
            record |= {"incident_id": incident["id"], "status": "outstanding", "_mode": incident["mode"]}
            record |= {"title": self._text()} if table == "follow_ups" else {"description": self._text()}
        elif table == "incident_attachments":
            link = f"https://example.com/{self._text()}"
            record |= {
                "incident_id": incident["id"],
                "resource": {"resource_type": "arbitrary_url", "external_id": link, "permalink": link},
            }
            self._touch(incident)
        elif table == "incident_alerts":
            record |= {
                "incident": {"id": incident["id"], "name": self._text()},
                "alert": {"id": "a", "status": "firing", "created_at": as_text(moment)},
            }
        else:
            record |= {"title": self._text(), "status": "firing" if table == "alerts" else "pending"}
        self.add(table, record)

    def _change(self) -> None:
        table, record = self._some_record((*STAMPED, *DEFINITIONS))
        if record is not None:
            key = next(key for key in ("name", "title", "description", "value") if key in record)
            # A list in an order by name keeps its order here; moving is another change.
            record["extra" if table in BY_NAME else key] = self._text()
            if table == "incidents" and self.random.random() < 0.5:
                record["incident_status"] = {"id": "s", "category": self.random.choice(CATEGORIES)}
            self._touch(record, table)

    def _change_silently(self) -> None:
        table, record = self._some_record(("incidents", "incident_alerts", *WITH_MODE))
        if record is None:
            return
        if table in WITH_MODE:
            record["_mode"] = self.random.choice(MODES)
        elif table == "incidents":
            record["custom_field_entries"] = [{"values": [{"value_text": self._text()}]}]
        else:
            record["incident"] = {**record["incident"], "name": self._text()}
        self.silent[table].add(record["id"])
        self._remember(table, record)

    def _appear(self) -> None:
        now = datetime.now(UTC)
        table = self.random.choice(("incidents", "incidents", *AROUND, *BY_NAME))
        if table == "incidents":
            self._add_incident(now)
        elif table in BY_NAME:
            self._add_definition(table)
        else:
            self._add_around_incident(table, now)

    def _move(self) -> None:
        """To another place of the list: records in order of their names are renamed."""
        table, record = self._some_record(BY_NAME)
        if record is not None:
            record["value" if table == "custom_field_options" else "name"] = self._text()
            self._remember(table, record)

    def _delete(self) -> None:
        deletable = (*STAMPED, *BY_NAME, "incident_alerts", "incident_attachments", "severities")
        table, record = self._some_record(deletable)
        if record is not None:
            self._remove(table, record)
            if table == "incidents":
                # They are only listed by incident.
                for attachment in [*self.rows["incident_attachments"]]:
                    if attachment["incident_id"] == record["id"]:
                        self._remove("incident_attachments", attachment)
            if table == "incident_attachments":
                for incident in self.rows["incidents"]:
                    if incident["id"] == record["incident_id"]:
                        self._touch(incident)

    def _remove(self, table: str, record: Row) -> None:
        self.rows[table].remove(record)
        self.deleted[table].add(record["id"])
        self.disturbed[table].add(record["id"])

    def _touch(self, record: Row, table: str = "incidents") -> None:
        if table in STAMPED:
            record["updated_at"] = as_text(datetime.now(UTC))
        self._remember(table, record)

    def _remember(self, table: str, record: Row) -> None:
        self.versions[table][record["id"]].append(deepcopy(record))
        self.disturbed[table].add(record["id"])

    def _some_record(self, tables: tuple[str, ...]) -> tuple[str, Row | None]:
        table = self.random.choice(tables)
        rows = self.rows[table]
        return table, self.random.choice(rows) if rows else None

    def _new_id(self, table: str) -> str:
        self._numbers[table] += 1
        return f"{table}-{self._numbers[table]:05d}"

    def _text(self) -> str:
        return f"{self.random.choice('ABCDEFGHÄÖ')}{self.random.randrange(10_000):04d} é\u2028\"'"


AROUND = (
    *("incident_updates", "incident_updates", "follow_ups", "actions", "incident_attachments"),
    *("alerts", "incident_alerts", "escalations"),
)


def as_text(moment: datetime) -> str:
    """An instant as the API writes it: fractions without trailing zeros."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text}Z"
