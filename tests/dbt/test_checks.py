"""The checks of our own make, on rows that break them and rows that do not."""

from __future__ import annotations

import duckdb

from tests.dbt.compiled_project import DbtProject

CHECK = "{{ test_unique_combination(%s, ['scope', 'period']) }}"
UNIQUE = "('a', 1), ('a', 2), ('b', 1), (null, 1), ('a', null), (null, null)"


def repeated(statement: str, rows: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"create table counted as select * from (values {rows}) as counted (scope, period)")
        return sorted(connection.execute(statement).fetchall(), key=repr)


def test_a_combination_that_occurs_twice_is_found_whatever_else_there_is(dbt_project: DbtProject) -> None:
    statement = dbt_project.compile_text(CHECK % "'counted'", {})
    assert repeated(statement, UNIQUE) == []
    assert repeated(statement, f"{UNIQUE}, ('b', 1)") == [("b", 1, 2)]
    assert repeated(statement, f"{UNIQUE}, ('b', 1), (null, 1), (null, 1)") == [("b", 1, 2), (None, 1, 3)]


def test_rows_that_only_share_a_hash_are_no_repetition(dbt_project: DbtProject) -> None:
    statement = dbt_project.compile_text(CHECK % "'counted'", {})
    same_hash = statement.replace("hash(scope, period)", "1")
    assert same_hash != statement
    assert repeated(same_hash, UNIQUE) == []
    assert repeated(same_hash, f"{UNIQUE}, ('b', 1)") == [("b", 1, 2)]
