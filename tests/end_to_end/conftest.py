"""One generated company, served once; the first run over it is shared by the tests that only look."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.demo_api.access import Key
from apps.demo_api.account import Account
from apps.demo_api.company import build_account
from apps.demo_api.server import DemoServer

from .product import AS_OF, Finished, Product

INCIDENTS = 300


@pytest.fixture(scope="session")
def company() -> Account:
    return build_account(incidents=INCIDENTS, until=AS_OF)


@pytest.fixture(scope="session")
def canary() -> str:
    return f"canary-{secrets.token_hex(16)}"


@pytest.fixture(scope="session")
def server(company: Account, canary: str) -> Iterator[DemoServer]:
    with DemoServer(company, keys={canary: Key()}) as running:
        yield running


@pytest.fixture(scope="session")
def product(server: DemoServer, canary: str, tmp_path_factory: pytest.TempPathFactory) -> Product:
    return Product(home=tmp_path_factory.mktemp("run") / "home", api_url=server.url, api_key=canary)


@pytest.fixture(scope="session")
def first_run(product: Product) -> Finished:
    return product.succeed("run", "--json")


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    return tmp_path / "home"
