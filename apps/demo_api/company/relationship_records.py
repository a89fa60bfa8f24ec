"""Which incidents belong together: merged ones and their survivor, and a few that somebody linked by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.demo_api.company.draws import Draws
from apps.demo_api.company.identifiers import HOUR
from apps.demo_api.company.incident_records import Incident, part_id
from apps.demo_api.company.timeline import Profile, Timeline

_LINKED_BY_HAND = 0.04


def build_relationships(
    seed: int,
    incident: Incident,
    full: Timeline,
    until: int,
    *,
    merged_into: Profile | None,
    earlier: Callable[[int], Incident],
) -> list[dict[str, Any]]:
    """Both directions of each relationship to an earlier incident; `earlier` draws that one by its index.

    The key `incident_id` says whose relationship it is.
    """
    who = incident.profile
    draws = Draws(seed, who.index, "relationship")
    other, since = None, 0
    if merged_into is not None:
        other, since = merged_into.index, full.changes[-1][0]
    elif draws.share() < _LINKED_BY_HAND and who.mode == "standard" and who.index:
        random = draws.stream()
        other = max(0, who.index - random.randrange(1, 40))
        since = who.declared + random.randrange(6 * HOUR)
    if other is None or since > until:
        return []
    pair = (incident, earlier(other))
    return [
        {
            "id": part_id(who, "relationship", number, since),
            "incident_id": one.profile.incident_id,
            "incident": {
                "id": two.profile.incident_id,
                "name": two.record["name"],
                "external_id": two.profile.index + 1,
            },
        }
        for number, (one, two) in enumerate((pair, pair[::-1]))
    ]
