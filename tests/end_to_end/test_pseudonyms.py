"""`pii_mode: hashed` as a user switches it on: refused without a salt, and then nobody is named anywhere."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from apps.demo_api.account import Account
from pipelines.pseudonyms import pseudonym

from .product import Finished, Product
from .test_privacy import traces_of

HASHED = ("--vars", '{"pii_mode": "hashed"}')


@pytest.fixture(scope="module")
def salt() -> str:
    return f"salt-{secrets.token_hex(16)}"


@pytest.fixture(scope="module")
def people(company: Account) -> set[str]:
    """Every name and address that the account knows, folded."""
    return {row[key].casefold() for row in company.users for key in ("name", "email") if row.get(key)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hashed") / "home"


@pytest.fixture(scope="module")
def plain(first_run: Finished, product: Product, home: Path) -> Product:
    """A home whose first run was a plain one."""
    shutil.copytree(product.home, home, symlinks=True)
    return replace(product, home=home)


@pytest.fixture(scope="module")
def switched(plain: Product, salt: str, people: set[str]) -> tuple[Product, Finished]:
    """The same home after the next run, with pseudonyms."""
    assert any(person in repr(plain.marts()).casefold() for person in people)
    hashed = replace(plain, extra={"INCIDENT_MARTS_PII_SALT": salt})
    return hashed, hashed.succeed("run", "--json", *HASHED)


def test_pseudonyms_without_a_salt_are_refused_before_anything_is_done(product: Product, new_home: Path):
    finished = replace(product, home=new_home).run("run", *HASHED)
    assert finished.code == 2
    assert finished.stderr.startswith("INCIDENT_MARTS_PII_SALT: not set, and pii_mode is hashed")
    assert not (new_home / "warehouse.duckdb").exists()
    assert not finished.addresses


def test_nobody_is_named_in_the_marts_the_exports_the_output_or_the_logs(
    switched: tuple[Product, Finished], people: set[str]
):
    hashed, finished = switched
    texts = {"stdout": finished.stdout, "stderr": finished.stderr, "marts": repr(hashed.marts())}
    for file in (hashed.home / "export").resolve().glob("*.parquet"):
        texts[file.name] = repr(duckdb.execute(f"select * from '{file}'").fetchall())
    for file in (hashed.home / "logs").rglob("*"):
        if file.is_file():
            texts[file.name] = file.read_text(encoding="utf-8", errors="replace")
    assert {"fct_incidents.parquet", "dim_people.parquet", "dbt.log"} <= texts.keys()
    found = {(name, person) for name, text in texts.items() for person in people if person in text.casefold()}
    assert found == set()


def test_copies_with_names_go_with_the_switch(switched: tuple[Product, Finished]):
    hashed, _ = switched
    copies = sorted((hashed.home / "published").glob("marts-*.duckdb"))
    exports = sorted((hashed.home / "published").glob("export-*"))
    assert copies == [(hashed.home / "marts.duckdb").resolve()]
    assert exports == [(hashed.home / "export").resolve()]


def test_the_salt_is_in_no_file_log_or_argument(switched: tuple[Product, Finished], salt: str):
    hashed, finished = switched
    assert traces_of(salt, hashed, finished) == []


def test_a_person_is_still_found_by_address_and_nobody_else_is_told_it(
    switched: tuple[Product, Finished], company: Account, salt: str
):
    hashed, _ = switched
    leads = dict(hashed.query("select person_id, count(*) from marts.fct_incident_people group by all"))
    user = next(row for row in company.users if row["id"] in leads and row.get("email"))
    found = hashed.succeed("metrics", "--person", user["email"].upper(), "--json").document
    assert (found["scope_id"], found["scope_name"]) == (user["id"], pseudonym(user["name"], salt))
    missed = hashed.run("metrics", "--person", "nobody@nowhere.example")
    assert missed.code == 1
    assert "nobody@" not in missed.stderr
