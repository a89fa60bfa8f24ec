"""What the schemas of the answers are made of. A key ending in `?` may be absent; nothing may be null."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z$"}


def one(properties: dict[str, Schema]) -> Schema:
    """An object with exactly these keys, those ending in `?` optional."""
    return {
        "type": "object",
        "properties": {name.rstrip("?"): schema for name, schema in properties.items()},
        "required": [name for name in properties if not name.endswith("?")],
        "additionalProperties": False,
    }


def many(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def choice(*values: str) -> Schema:
    """One of these texts."""
    return {"enum": list(values)}


def by_key(schema: Schema) -> Schema:
    """An object with free keys."""
    return {"type": "object", "additionalProperties": schema}


MADE = {"created_at": TIME, "updated_at": TIME}
NAMED = one({"id": ID, "name": TEXT})
USER = one({"id": ID, "name": TEXT, "email?": TEXT, "slack_user_id?": TEXT, "role": TEXT})
ACTOR = one({"user?": USER, "api_key?": NAMED, "alert?": one({"id": ID, "title": TEXT}), "workflow?": NAMED})
