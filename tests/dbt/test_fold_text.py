"""The warehouse folds text exactly as Python does; the oracle and the validation of the seeds rely on it."""

from __future__ import annotations

import re
import sys

import duckdb
import pytest

from tests.dbt import generate_fold_text


@pytest.fixture(scope="module")
def connection():
    macro = generate_fold_text.TARGET.read_text(encoding="utf-8")
    statements = re.search(r"macro duckdb__create_fold_text\(\) -%\}(.*)\{%- endmacro", macro, re.DOTALL)
    assert statements is not None
    with duckdb.connect() as connection:
        connection.execute(statements.group(1))
        yield connection


def fold(connection, texts):
    return connection.execute("select list_transform(?, lambda t: staging.fold_text(t))", [texts]).fetchone()[0]


def test_the_committed_macro_is_what_the_generator_writes():
    assert generate_fold_text.TARGET.read_text(encoding="utf-8") == generate_fold_text.render()


def test_every_code_point_is_stripped_and_folded_as_python_does(connection):
    characters = [chr(point) for point in range(1, sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]

    folded = fold(connection, characters)

    different = [
        f"U+{ord(character):04X}"
        for character, result in zip(characters, folded, strict=True)
        if result != character.strip().casefold()
    ]
    assert different == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Payments",
        "  STRASSE\u00a0",
        "Straße",
        "ﬃ ﬆ ŉ",
        "İstanbul ISPARTA ısparta",
        "ΌΣΟΣ ὈΔΥΣΣΕΎΣ",
        "Ꭰꭰ Ᏸᏸ",
        "e\u0301 É",
        "a\u2003b\u2003",
        "\u001c\u0085x\u3000",
        "🚒 Équipe №1",
    ],
)
def test_texts_are_folded_as_python_does(connection, text):
    assert fold(connection, [text]) == [text.strip().casefold()]


def test_a_missing_text_stays_missing(connection):
    assert fold(connection, [None]) == [None]
