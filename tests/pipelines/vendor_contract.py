"""The vendor's contract of every list the source reads, condensed to facts in `vendor_contract.json`.

The vendor's OpenAPI document is not part of this project. This script turns a copy of it into the committed file;
the tests need the file alone, and one of them compares the two where a copy lies beside the checkout:

    python -m tests.pipelines.vendor_contract path/to/openapi.json

A shape is written as: `"text"`, `"integer"`, `"number"`, `"boolean"`, or a format such as `"date-time"`; an
enumeration as `"one of: a b c"`; a list as `[shape]`; an object as `{"key*": shape, "key": shape}`, where `*`
marks the keys that are always sent; an object with free keys as `{"<key>": shape}`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CONTRACT_FILE = Path(__file__).with_name("vendor_contract.json")
# Copies of the vendor's document in a folder beside the checkout.
DOCUMENTS = sorted(Path(__file__).parents[3].glob("*/incident-io/openapi.json"))

LISTS = {
    "incidents": "/v2/incidents",
    "incident_updates": "/v2/incident_updates",
    "incident_attachments": "/v1/incident_attachments",
    "incident_participants": "/v2/incident_participants",
    "incident_relationships": "/v1/incident_relationships",
    "follow_ups": "/v3/follow_ups",
    "actions": "/v3/actions",
    "custom_fields": "/v2/custom_fields",
    "custom_field_options": "/v1/custom_field_options",
    "catalog_types": "/v3/catalog_types",
    "catalog_entries": "/v3/catalog_entries",
    "teams": "/v3/teams",
    "users": "/v2/users",
    "severities": "/v1/severities",
    "incident_statuses": "/v1/incident_statuses",
    "incident_types": "/v1/incident_types",
    "incident_roles": "/v2/incident_roles",
    "incident_timestamps": "/v2/incident_timestamps",
    "alerts": "/v2/alerts",
    "incident_alerts": "/v2/incident_alerts",
    "escalations": "/v2/escalations",
    "schedules": "/v2/schedules",
}
ANY_KEY, ENUM, REQUIRED, EMPTY = "<key>", "one of: ", "*", '""'
Shape = Any


def condense(document: dict[str, Any]) -> dict[str, Any]:
    """Per table: path, scopes, whether deprecated, the lists of an answer that holds several, the largest page,
    what must be sent, and a record's shape."""
    return {table: _list(document, table, path) for table, path in LISTS.items()}


def contract() -> dict[str, Any]:
    """The committed facts."""
    facts: dict[str, Any] = json.loads(CONTRACT_FILE.read_text(encoding="utf-8"))
    return facts


def as_text(facts: dict[str, Any]) -> str:
    """The text of the committed file."""
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def required_keys(shape: dict[str, Shape]) -> set[str]:
    """Keys of an object that are always sent."""
    return {key.removesuffix(REQUIRED) for key in shape if key.endswith(REQUIRED)}


def properties(shape: dict[str, Shape]) -> dict[str, Shape]:
    """Shapes of an object's keys, without the mark."""
    return {key.removesuffix(REQUIRED): value for key, value in shape.items()}


def enum_values(shape: Shape) -> list[str]:
    """The values of an enumeration; none for any other shape."""
    if not isinstance(shape, str) or not shape.startswith(ENUM):
        return []
    return ["" if value == EMPTY else value for value in shape.removeprefix(ENUM).split()]


def _list(document: dict[str, Any], table: str, path: str) -> dict[str, Any]:
    operation = document["paths"][path]["get"]
    answer = _resolved(document, operation["responses"]["200"]["content"]["application/json"]["schema"])
    parameters = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
    record, lists = _record(document, answer["properties"][table])
    return {
        "path": path,
        "scopes": operation.get("x-rbac-scopes", []),
        "is_deprecated": operation.get("deprecated", False),
        "lists": lists,
        "is_paginated": "pagination_meta" in answer["properties"],
        "largest_page": parameters.get("page_size", {}).get("schema", {}).get("maximum"),
        "required_parameters": sorted(name for name, parameter in parameters.items() if parameter.get("required")),
        "record": _shape(document, record),
    }


def _record(document: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The schema of a record, and the names of the lists that hold them where an answer has several of a kind."""
    schema = _resolved(document, schema)
    if schema["type"] == "array":
        return _resolved(document, schema["items"]), []
    lists = {name: _resolved(document, value["items"]) for name, value in schema["properties"].items()}
    assert set(lists) == set(schema["required"])
    record, *others = lists.values()
    assert all(other == record for other in others)
    return record, sorted(lists)


def _shape(document: dict[str, Any], schema: dict[str, Any]) -> Shape:
    schema = _resolved(document, schema)
    kind = schema["type"]
    if "enum" in schema:
        return ENUM + " ".join(value or EMPTY for value in schema["enum"])
    if kind == "array":
        return [_shape(document, schema["items"])]
    if kind == "object":
        required = set(schema.get("required", ()))
        shape = {
            name + (REQUIRED if name in required else ""): _shape(document, value)
            for name, value in schema.get("properties", {}).items()
        }
        free = schema.get("additionalProperties")
        if isinstance(free, dict):
            shape[ANY_KEY] = _shape(document, free)
        return shape
    return schema.get("format", "text") if kind == "string" else kind


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def main() -> None:
    """Rewrite the committed file from the document named on the command line, or one beside the checkout."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS[0]
    CONTRACT_FILE.write_text(as_text(condense(json.loads(source.read_text(encoding="utf-8")))), encoding="utf-8")


if __name__ == "__main__":
    main()
