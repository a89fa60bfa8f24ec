"""Writes what is derived from the definitions of the metrics: the doc blocks that describe the columns of the
marts, and the tables in docs/metrics.md.

`make docs` runs it; `test_metric_definitions.py` fails while a file differs from what it would write.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.settings import PROJECT_ROOT
from tests.dbt.metric_definitions import DEFINITIONS, Definitions, load_definitions

DOC_BLOCKS = DEFINITIONS.with_name("_metrics__docs.md")
PAGE = PROJECT_ROOT / "docs" / "metrics.md"
HEADER = "Written by tests/dbt/generate_metric_docs.py from metric_definitions.yml; do not edit by hand.\n"
TABLE = re.compile(r"(<!-- metrics: (?P<section>\w+) -->\n).*?(<!-- end of metrics -->)", re.DOTALL)
COLUMNS = ("metric", "formula", "unit", "period of", "note", "definition")


def doc_blocks(definitions: Definitions) -> str:
    """The text of `_metrics__docs.md`: one dbt doc block for every column, named `<group>__<column>`."""
    blocks = (f"{{% docs {c.doc} %}}\n{c.description}\n{{% enddocs %}}\n" for c in definitions.columns)
    return "\n".join([HEADER, *blocks])


def with_tables(page: str, definitions: Definitions) -> str:
    """`page` with the lines between the markers of every section replaced by the table of its metrics."""
    return TABLE.sub(
        lambda found: f"{found[1]}{section_table(definitions, found['section'])}{found[3]}",
        page,
    )


def sections_in(page: str) -> list[str]:
    """Names of the sections for which a page has markers."""
    return [found["section"] for found in TABLE.finditer(page)]


def section_table(definitions: Definitions, section: str) -> str:
    """A Markdown table of the metrics of one section."""
    rows: list[tuple[str, ...]] = [COLUMNS, ("---",) * len(COLUMNS)]
    rows += [
        (
            f"`{metric['metric']}`",
            metric["formula"],
            metric["unit"],
            metric["period_rule"],
            metric["caveat"],
            metric["definition_version"],
        )
        for metric in definitions.metrics
        if metric["section"] == section
    ]
    cells = ([cell.replace("|", r"\|") for cell in row] for row in rows)
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def main(doc_blocks_file: Path = DOC_BLOCKS, page_file: Path = PAGE) -> None:
    """Write both files."""
    definitions = load_definitions()
    doc_blocks_file.write_text(doc_blocks(definitions), encoding="utf-8")
    page_file.write_text(with_tables(page_file.read_text(encoding="utf-8"), definitions), encoding="utf-8")


if __name__ == "__main__":
    main()
