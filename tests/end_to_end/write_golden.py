"""Rewrites golden.json from a fresh run (`python -m tests.end_to_end.write_golden`); read the diff afterwards."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from apps.demo_api.company import build_account
from apps.demo_api.server import DemoServer

from .conftest import INCIDENTS
from .product import AS_OF, Product
from .test_run import GOLDEN, SUMMARIES


def main() -> None:
    """Run the product over the tests' company and keep the summaries."""
    with (
        tempfile.TemporaryDirectory() as folder,
        DemoServer(build_account(incidents=INCIDENTS, until=AS_OF)) as server,
    ):
        product = Product(home=Path(folder) / "home", api_url=server.url, api_key=server.api_key)
        product.succeed("run", "--json")
        found = {name: product.query(sql) for name, sql in SUMMARIES.items()}
    lines = []
    for name, rows in found.items():
        body = ",\n".join(f"    {json.dumps(row, default=str, ensure_ascii=False)}" for row in rows)
        lines.append(f'  "{name}": [\n{body}\n  ]')
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
