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


BEYOND_WHITE_SPACE = 0x3100  # no code point from here on is white space


@pytest.mark.parametrize(
    ("before", "after", "code_points"),
    [
        ("", "", range(1, sys.maxunicode + 1)),
        ("", "x", range(1, BEYOND_WHITE_SPACE)),
        ("x", "", range(1, BEYOND_WHITE_SPACE)),
        ("x", "x", range(1, BEYOND_WHITE_SPACE)),
    ],
)
def test_every_code_point_is_stripped_and_folded_as_python_does(connection, before, after, code_points):
    characters = [chr(point) for point in code_points if not 0xD800 <= point <= 0xDFFF]
    texts = [f"{before}{character}{after}" for character in characters]

    folded = fold(connection, texts)

    different = [
        f"U+{ord(character):04X}"
        for character, text, result in zip(characters, texts, folded, strict=True)
        if result != text.strip().casefold()
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
