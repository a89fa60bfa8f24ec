"""Proposals as lines that stand before a patch: `git apply` and `patch` pass over them."""

from __future__ import annotations

from pathlib import Path

from apps.cli.mapping.suggestions import Proposal
from apps.cli.tables import table

HEADER = ["to gain", "incidents", "custom field", "value", "team", "its name", "method", "score"]


def proposals_text(proposals: list[Proposal], root: Path) -> str:
    """The ranked proposals and how to take them, every line a comment."""
    if not proposals:
        lines = [
            "Nothing to propose: no unmapped value reads like the name of exactly one team.",
            "incident-marts mapping fields lists what is not mapped; a lower --min-score proposes more.",
        ]
    else:
        rows = [
            [
                proposal.count_incidents_to_gain,
                proposal.count_incidents,
                proposal.custom_field_name,
                _one_line(proposal.field_value),
                proposal.team_id,
                _one_line(proposal.matched_name),
                proposal.method,
                proposal.score,
            ]
            for proposal in proposals
        ]
        lines = [
            *table(HEADER, rows).splitlines(),
            "",
            "to gain: incidents that no custom field gives to a team yet; `incident-marts mapping plan` says",
            f"exactly what moves. The patch below applies in {root}; --write takes it.",
        ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())
