"""The participants of one incident: an object with two lists instead of a list, and entries without an id.

One row per incident and user, whose id is made of both. Nobody holds a place in both lists by the vendor's
description; should that happen all the same, the row of those who help stays.
"""

from __future__ import annotations

from typing import Any

from pipelines.incident_io.errors import UnexpectedDataError, json_kind
from pipelines.incident_io.identifiers import Row

TABLE = "incident_participants"
# The last row of an id stays, see `Spool.finish`, so those who help come last.
PARTICIPATIONS = ("passive", "active")


def participant_rows(answer: dict[str, Any], params: dict[str, str]) -> list[Row]:
    """Rows `{id, incident_id, participation, participant_type, user, ...}` of one answer.

    `answer` holds the lists `active` and `passive`; `params` are those of the request, `incident_id` among them.
    Raises :class:`UnexpectedDataError` for an answer without one of its lists and for an entry without a user.
    """
    incident_id = params["incident_id"]
    rows = []
    for participation in PARTICIPATIONS:
        entries = answer.get(participation)
        if not isinstance(entries, list):
            raise _unexpected(participation, entries, "a list", incident_id)
        for entry in entries:
            user = entry.get("user") if isinstance(entry, dict) else None
            user_id = user.get("id") if isinstance(user, dict) else None
            if type(user_id) not in (str, int) or user_id == "":
                raise _unexpected(f"{participation}[].user.id", user_id, "an id", incident_id)
            implied = {
                "id": f"{incident_id}:{user_id}",
                "incident_id": incident_id,
                "participation": participation,
            }
            rows.append({**entry, **implied})
    return rows


def _unexpected(path: str, sent: Any, expected: str, incident_id: str) -> UnexpectedDataError:
    what = "an empty text" if sent == "" else json_kind(sent)
    return UnexpectedDataError(
        f"{TABLE}.{path}: the API sent {what} where {expected} is expected (incident {incident_id})."
    )
