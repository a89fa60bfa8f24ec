"""The key and the outside world: what a run leaves behind, and whom it talks to."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from apps.demo_api.server import DemoServer

from .product import Finished, Product, files_holding


def folders_of(product: Product) -> list[Path]:
    """Everything a run of this home could have written to."""
    return [path for path in product.home.parent.iterdir() if path.name.startswith(product.home.name)]


def traces_of(needle: str, product: Product, finished: Finished) -> list[str]:
    """Every place where the needle can be found after a run: streams, command lines, files and their names."""
    found = [stream for stream in (finished.stdout, finished.stderr) if needle in stream]
    found += [line for line in finished.command_lines if needle in line]
    for folder in folders_of(product):
        paths = [folder] if folder.is_file() else [folder, *folder.rglob("*")]
        found += [str(path) for path in paths if needle in path.name]
        found += [str(path) for path in files_holding(folder, needle.encode())]
    return found


def test_the_search_for_a_key_would_find_one(tmp_path: Path):
    product = Product(home=tmp_path / "home", api_url="http://127.0.0.1:1", api_key=None)
    (product.home / "logs").mkdir(parents=True)
    (product.home / "logs" / "run.log").write_text("Authorization: Bearer canary-1")
    assert traces_of("canary-1", product, Finished(0, "", "", set()))


def test_the_key_is_nowhere_after_a_run(first_run: Finished, product: Product, canary: str):
    assert len(first_run.command_lines) > 1
    assert traces_of(canary, product, first_run) == []


def test_a_refused_key_is_nowhere_after_the_failing_run(first_run: Finished, product: Product, new_home: Path):
    wrong = f"canary-{secrets.token_hex(16)}"
    refused = replace(product, api_key=wrong, home=new_home)
    finished = refused.run("run", "--json")
    assert finished.code == 1
    assert traces_of(wrong, refused, finished) == []


def test_the_key_of_a_run_that_fails_halfway_is_nowhere(
    server: DemoServer, product: Product, new_home: Path, canary: str
):
    """The build fails after the extraction, so the key was in use when things went wrong."""
    broken = replace(product, home=new_home, extra={"DBT_DUCKDB_MEMORY_LIMIT": "a lot"})
    finished = broken.run("run", "--json")
    assert finished.code == 1
    assert "Nothing was published" in finished.stderr
    assert (broken.home / "warehouse.duckdb").exists()
    assert traces_of(canary, broken, finished) == []


def test_a_run_talks_to_the_api_and_to_nobody_else(first_run: Finished, server: DemoServer):
    api = urlsplit(server.url)
    allowed = {f"{api.hostname}:{api.port}", f"lookup {api.hostname}"}
    assert f"{api.hostname}:{api.port}" in first_run.addresses
    assert first_run.addresses <= allowed
