"""A plan for people: plain text for the terminal, Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from apps.cli.tables import cell, table

Document = dict[str, Any]
Table = Callable[[Sequence[str], Iterable[Sequence[Any]]], str]
NOTHING_MOVES = "No incident moves and no total changes."


def plan_text(document: Document, limit: int) -> str:
    """The plan as text; at most `limit` rows in each list."""
    parts = [f"Seeds: {document['seeds']}", _files(document)]
    if not document["moves"]:
        return "\n\n".join([*parts, NOTHING_MOVES, *_warnings(document)])
    for title, lines in _sections(document, limit, table):
        parts.append(f"{title}\n\n{lines}")
    parts += _warnings(document)
    parts.append("Next: incident-marts run makes it so")
    return "\n\n".join(parts)


def plan_markdown(document: Document, limit: int) -> str:
    """The same as Markdown, with its lists folded away."""
    count = len(document["incidents"])
    heading = f"{_count(count, 'incident')} would move" if document["moves"] else "Nothing would move"
    parts = [f"### Team mapping: {heading.lower()}", _files(document)]
    if document["moves"]:
        for title, lines in _sections(document, limit, markdown_table):
            parts.append(f"<details><summary>{_escape(title)}</summary>\n\n{lines}\n\n</details>")
    parts += [_escape(warning) for warning in _warnings(document)]
    return "\n\n".join(parts)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table of Markdown; no cell can break out of it."""
    lines = [header, ["---"] * len(header), *[[_escape(cell(value)) for value in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _sections(document: Document, limit: int, as_table: Table) -> list[tuple[str, str]]:
    incidents, totals = document["incidents"], document["totals"]
    sections = []
    if incidents:
        uncounted = sum(not incident["is_eligible"] for incident in incidents)
        aside = f" ({uncounted} of them count in no metric)" if uncounted else ""
        header = ["incident", "occurred", "from", "because", "to", "because"]
        rows = as_table(header, map(_incident_row, incidents[:limit]))
        sections.append((f"Incidents that move: {len(incidents):,}{aside}", rows + _rest(incidents, limit)))
    if totals:
        grain = document["grain"]
        by_team = as_table(["team", f"before, in the {grain}s that change", "after", "change"], _by_scope(totals))
        sections.append(("Teams, incidents credited to the team itself", by_team))
        header = [f"{grain} of", "scope", "rollup", "incidents", "weighted", "resolved", "p50 h to resolve"]
        rows = as_table(header, map(_total_row, totals[:limit]))
        sections.append((f"Totals that change: {len(totals):,}", rows + _rest(totals, limit)))
    return sections


def _incident_row(incident: Document) -> list[Any]:
    before, after = incident["before"], incident["after"]
    return [
        incident["reference"] or incident["incident_id"],
        after["occurred_at"],
        _credit(before),
        _because(before),
        _credit(after),
        _because(after),
    ]


def _because(side: Document) -> str:
    return "; ".join(dict.fromkeys(map(evidence_text, side["evidence"])))


def _credit(side: Document) -> str:
    return f"{', '.join(side['team_ids'])} ({side['attribution_step']})"


def evidence_text(row: Document) -> str:
    """What speaks for a team: source, value, and the line of the seed file where there is one."""
    value = f" = {' '.join(str(row['source_value']).split())!r}" if row["source_value"] is not None else ""
    line = f", {row['seed_file']}:{row['seed_line']}" if row["seed_file"] else ""
    return f"{row['source_name']}{value}{line}"


def _by_scope(totals: list[Document]) -> list[list[Any]]:
    """Changed periods added up for each team; periods that keep their number cancel out and are left out."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in totals:
        if row["scope_type"] == "team" and row["rollup"] == "direct":
            pair = sums.setdefault((row["scope_name"], row["scope_id"]), [0, 0])
            for position, side in enumerate(("before", "after")):
                pair[position] += row[side]["total_incidents"] if row[side] else 0
    ranked = sorted(sums.items(), key=lambda item: (-abs(item[1][1] - item[1][0]), item[0]))
    return [[name, before, after, f"{after - before:+,}"] for (name, _), (before, after) in ranked]


def _total_row(row: Document) -> list[Any]:
    before, after = row["before"] or {}, row["after"] or {}

    def change(figure: str) -> str:
        old, new = cell(before.get(figure)), cell(after.get(figure))
        return old if old == new else f"{old} -> {new}"

    scope = row["scope_name"] if row["scope_type"] == "team" else f"{row['scope_name']} (organisation)"
    period = f"{row['period_start']}{'' if row['is_complete'] else ' (so far)'}"
    figures = ("total_incidents", "incidents_weighted", "incidents_resolved", "time_to_resolve_p50_hours")
    return [period, scope, row["rollup"], *map(change, figures)]


def _rest(rows: list[Document], limit: int) -> str:
    return f"\n\n... and {len(rows) - limit:,} more; --limit or --json shows them" if len(rows) > limit else ""


def _files(document: Document) -> str:
    files = document["changed_files"]
    if not files:
        return "No row differs from those of the last build."
    return f"Changed since the last build: {', '.join(files)}"


def _warnings(document: Document) -> list[str]:
    return ["\n".join(f"warning: {warning}" for warning in document["warnings"])] if document["warnings"] else []


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "|`*_[]@#":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped
