"""The copy of the seeds that dbt reads."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from pipelines.seeds.schema import SEED_FILES, Row, SeedFile
from pipelines.settings import PROJECT_ROOT

DESCRIPTIONS = PROJECT_ROOT / "seeds" / "_seeds.yml"
LINE_COLUMN = "seed_line"


def write_normalised(tables: dict[str, list[Row]], target: Path) -> None:
    """Write every seed and its descriptions into `target`, touching only files whose content differs."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = {seed_file.file_name: _content(seed_file, tables[seed_file.name]) for seed_file in SEED_FILES}
    wanted[DESCRIPTIONS.name] = DESCRIPTIONS.read_bytes()
    for stray in target.iterdir():
        # dbt would take any other CSV file in this folder for a seed.
        if stray.name not in wanted and stray.is_file():
            stray.unlink()
    for name, content in wanted.items():
        path = target / name
        if path.exists() and path.read_bytes() == content:
            continue
        part = target / f"{name}.part"
        part.write_bytes(content)
        os.replace(part, path)


def _content(seed_file: SeedFile, rows: list[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    # Every cell is quoted so that DuckDB's dialect detection has nothing to guess from the first rows.
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow((*seed_file.column_names, LINE_COLUMN))
    writer.writerows((*(row.cells[name] for name in seed_file.column_names), row.line) for row in rows)
    return buffer.getvalue().encode()
