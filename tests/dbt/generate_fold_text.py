"""Writes `dbt_project/macros/create_fold_text.sql`: Python's `s.strip().casefold()` as a pure SQL macro of DuckDB.

DuckDB's `lower` is simple lower-casing, which differs from full case folding for some 300 code points. The
differences are computed here, once, and committed, because a warehouse function written in Python would not exist
for a person who opens the warehouse with another client. Run this file after an upgrade of DuckDB;
`test_fold_text.py` fails until the committed macro fits.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

TARGET = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "create_fold_text.sql"
REPLACEMENTS_PER_LINE = 3

TEMPLATE = """\
{{# Written by tests/dbt/generate_fold_text.py; do not edit by hand.
   Function staging.fold_text(original): the text stripped of Unicode white space and fully case folded, equal to
   Python's strip().casefold(); NULL stays NULL. It is DuckDB's lower() plus the code points where full case
   folding differs from it. #}}
{{% macro create_fold_text() -%}}
    {{{{ return(adapter.dispatch('create_fold_text')()) }}}}
{{%- endmacro %}}

{{% macro default__create_fold_text() -%}}
    select 1
{{%- endmacro %}}

{{% macro duckdb__create_fold_text() -%}}
create schema if not exists staging;
-- Hardly any text begins or ends with white space, and to look for it is a tenth of the work of trimming.
create or replace macro staging.strip_text(original) as
    case
        when original >= '!' and original < chr(127) and right(original, 1) between '!' and '~' then original
        else trim(
            original,
            {white_space}
        )
    end;
create or replace macro staging.fold_beyond_ascii(stripped) as
{opening}
    translate(
        lower(replace(stripped, 'İ', 'i̇')),
        {single_from},
        {single_to}
    )
{closing};
-- Nearly all texts are ASCII (as many bytes as characters), where lower-casing is all there is to do.
create or replace macro staging.fold_text(original) as
    case
        when strlen(original) = length(original) then lower(staging.strip_text(original))
        else staging.fold_beyond_ascii(staging.strip_text(original))
    end
{{%- endmacro %}}
"""


def folding_exceptions() -> dict[str, str]:
    """`{lower-cased character: its case folding}` wherever DuckDB's `lower` is not yet the folding."""
    code_points = (point for point in range(1, sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF)
    characters = [chr(point) for point in code_points]
    with duckdb.connect() as connection:
        lowered = connection.execute("select list_transform(?, lambda c: lower(c))", [characters]).fetchone()
    assert lowered is not None
    exceptions: dict[str, str] = {}
    for character, lower in zip(characters, lowered[0], strict=True):
        folded = character.casefold()
        if lower == folded or character == "İ":  # İ loses its dot in lower(): replaced before it in the template
            continue
        assert lower.casefold() == folded, f"U+{ord(character):04X} cannot be folded after lower()"
        exceptions[lower] = folded
    return exceptions


def _chr_list(text: str) -> str:
    """SQL text literal; invisible characters are written as chr() calls so that a reader can see them."""
    return " || ".join(f"chr({ord(character)})" for character in text)


def render() -> str:
    """The whole macro file."""
    exceptions = folding_exceptions()
    single = {key: value for key, value in exceptions.items() if len(value) == 1}
    several = {key: value for key, value in exceptions.items() if len(value) > 1}
    white_space = "".join(chr(point) for point in range(sys.maxunicode + 1) if chr(point).isspace())
    arguments = [f"'{key}', '{value}')" for key, value in several.items()]
    lines = [
        ", ".join(["", *arguments[start : start + REPLACEMENTS_PER_LINE]])
        for start in range(0, len(arguments), REPLACEMENTS_PER_LINE)
    ]
    return TEMPLATE.format(
        white_space=_wrap(_chr_list(white_space)),
        opening=_wrap_replaces(len(several)),
        single_from=f"'{''.join(single)}'",
        single_to=f"'{''.join(single.values())}'",
        closing="\n".join(lines),
    )


def _wrap(expression: str) -> str:
    parts = expression.split(" || ")
    rows = [" || ".join(parts[start : start + 6]) for start in range(0, len(parts), 6)]
    return "\n            || ".join(rows)


def _wrap_replaces(count: int) -> str:
    opening = "replace(" * 10
    rows = [opening] * (count // 10) + (["replace(" * (count % 10)] if count % 10 else [])
    return "\n".join(rows)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
