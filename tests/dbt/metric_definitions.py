"""Reads the definitions of the metrics and says which column of which mart shows which of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.settings import DBT_PROJECT_DIR

DEFINITIONS = DBT_PROJECT_DIR / "models" / "marts" / "metrics" / "metric_definitions.yml"


class DefinitionError(Exception):
    """The definitions contradict themselves; the message names the metric or column."""


@dataclass(frozen=True)
class ShownColumn:
    """One column of the marts of one group: a key of the rows (`metric` is None) or a part of a metric."""

    group: str
    name: str
    metric: str | None
    description: str

    @property
    def doc(self) -> str:
        """Name of the doc block that holds the description."""
        return f"{self.group}__{self.name}"


@dataclass(frozen=True)
class Definitions:
    """The parsed file: `metrics` as they stand there, `marts` group -> table names."""

    sections: tuple[str, ...]
    metrics: tuple[dict[str, Any], ...]
    marts: dict[str, tuple[str, ...]]
    columns: tuple[ShownColumn, ...]

    def columns_of(self, group: str) -> list[ShownColumn]:
        """Columns of the marts of a group, keys first."""
        return [column for column in self.columns if column.group == group]


def load_definitions(path: Path = DEFINITIONS) -> Definitions:
    """Parse and expand the file; DefinitionError when two metrics claim one column or a name is unknown."""
    model = yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]
    meta = model["config"]["meta"]
    columns = [*_keys(meta), *(column for metric in meta["metrics"] for column in _shown(meta, metric))]
    claimed: dict[tuple[str, str], ShownColumn] = {}
    for column in columns:
        other = claimed.setdefault((column.group, column.name), column)
        if other is not column:
            raise DefinitionError(f"{column.doc} belongs to {other.metric or 'the keys'} and to {column.metric}")
    for metric in meta["metrics"]:
        if metric["section"] not in meta["sections"]:
            raise DefinitionError(f"metric {metric['metric']} is in the unknown section {metric['section']}")
    marts = {group: tuple(mart["tables"]) for group, mart in meta["marts"].items()}
    return Definitions(tuple(meta["sections"]), tuple(meta["metrics"]), marts, tuple(columns))


def _keys(meta: dict[str, Any]) -> Iterator[ShownColumn]:
    for group, mart in meta["marts"].items():
        for key in mart["keys"]:
            yield ShownColumn(group, key, None, meta["keys"][key])


def _shown(meta: dict[str, Any], metric: dict[str, Any]) -> Iterator[ShownColumn]:
    title = metric["title"]
    words = {
        "metric": metric["metric"],
        "title": title,
        "subject": title[0].lower() + title[1:],
        "formula": metric["formula"],
        "caveat": metric["caveat"],
    }
    for group, families in metric["shown_in"].items():
        if group not in meta["marts"]:
            raise DefinitionError(f"metric {metric['metric']} is shown in the unknown group {group}")
        for name, description in _templates(meta, metric, families):
            yield ShownColumn(group, name.format(**words), metric["metric"], description.format(**words))


def _templates(meta: dict[str, Any], metric: dict[str, Any], families: Any) -> Iterator[tuple[str, str]]:
    """Column and description templates of one entry: one family, several, or columns written down."""
    if isinstance(families, dict):
        yield from families.items()
        return
    for family in [families] if isinstance(families, str) else families:
        if family not in meta["families"]:
            raise DefinitionError(f"metric {metric['metric']} has the unknown family {family}")
        yield from meta["families"][family].items()
