"""Pseudonyms outside SQL: the same as in SQL, and in place of every address in a message."""

from __future__ import annotations

import re

import duckdb
import pytest

from pipelines.pseudonyms import pseudonym, without_addresses
from tests.dbt.generate_fold_text import TARGET

SALT = "a salt of some length"
MACRO = TARGET.with_name("pseudonyms.sql")


@pytest.fixture(scope="module")
def connection():
    functions = re.search(
        r"macro duckdb__create_fold_text\(\) -%\}(.*)\{%- endmacro", TARGET.read_text(encoding="utf-8"), re.DOTALL
    )
    with duckdb.connect() as connection:
        connection.execute(functions.group(1))
        connection.execute(f"set variable pii_salt = '{SALT}'")
        yield connection


@pytest.mark.parametrize(
    "text", ["Ada Byron", " ada BYRON\u00a0", "Straße", "İpek Ünal", "ada@example.com", "日本 太郎"]
)
def test_a_pseudonym_is_the_one_that_the_marts_hold(connection, text: str):
    in_sql = re.search(
        r"macro duckdb__pseudonym\(text\) -%\}(.*?)\{%- endmacro", MACRO.read_text(), re.DOTALL
    ).group(1)
    statement = in_sql.replace("{{ fold_text(text) }}", "staging.fold_text(?)")
    assert connection.execute(f"select {statement}", [text]).fetchone()[0] == pseudonym(text, SALT)


def test_equal_names_have_equal_pseudonyms_and_another_salt_gives_others():
    assert pseudonym("Ada Byron", SALT) == pseudonym(" ADA byron ", SALT)
    assert pseudonym("Ada Byron", SALT) != pseudonym("Ada Byro", SALT)
    assert pseudonym("Ada Byron", SALT) != pseudonym("Ada Byron", SALT + "2")
    assert re.fullmatch("[0-9a-f]{16}", pseudonym("Ada Byron", SALT))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("team_members.csv:3: person: duplicate (ada@example.com)", "ada@example.com"),
        ("'ada.byron+x@mail.example.co.uk' matches nobody", "ada.byron+x@mail.example.co.uk"),
        ("<Ada@Example.com>, unknown", "Ada@Example.com"),
        ("Äda@beispiel.example.", "Äda@beispiel.example"),
    ],
)
def test_addresses_in_a_message_become_pseudonyms(text: str, address: str):
    told = without_addresses(text, SALT)
    assert told == text.replace(address, pseudonym(address, SALT))
    assert "@" not in told


def test_a_message_without_addresses_stays_as_it_is():
    text = "seeds/teams.csv:3: team_id: unknown team @here (12 @ 5)"
    assert without_addresses(text, SALT) == text
