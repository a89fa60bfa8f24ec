"""One reason to credit an incident to a team, as the evidence shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Candidate:
    """A team found for an incident by a step.

    `priority` is that of a mapped field; `is_free_text` for texts and links of custom fields; `outranked_by` what
    is stronger within the step, None when nothing is.
    """

    team_id: str
    source_name: str
    source_value: str
    matched_by: str
    priority: int | None = None
    is_free_text: bool = False
    seed_file: str | None = None
    seed_line: int | None = None
    owned_from: date | None = None
    owned_to: date | None = None
    assumed: bool = False
    outranked_by: str | None = None
