"""The marts do not depend on how the API leaves things out, on keys it adds, or on the format of its ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.dbt.account import RAW_TABLES, Account
from tests.dbt.building import built
from tests.dbt.comparison import all_marts
from tests.dbt.conftest import Compile
from tests.dbt.generator import VARIANTS, generate_account
from tests.pipelines.vendor_contract import ANY_KEY, Shape, contract, properties

SEED = 354  # every variant has incidents
ID = re.compile(r"01[A-Za-z]+(\d{4})")
accounts = pytest.mark.parametrize("variant", VARIANTS)


def build(compile_project: Compile, variant: str, account: Account) -> dict[str, list[tuple[Any, ...]]]:
    with built(compile_project(VARIANTS[variant]), account) as connection:
        return all_marts(connection)


@accounts
def test_explicit_nulls_and_new_keys_at_any_depth_change_nothing(variant: str, compile_project: Compile) -> None:
    account = generate_account(SEED, variant)
    drifted = nested(nested(account, with_nulls), with_new_keys)
    assert drifted != account
    drifted = replace(
        drifted,
        raw={
            table: [{**row, "extra_fields": '{"brand_new": [1]}'} for row in rows]
            for table, rows in drifted.raw.items()
        },
    )
    assert build(compile_project, variant, drifted) == build(compile_project, variant, account)


@accounts
def test_ids_that_became_numbers_still_join(variant: str, compile_project: Compile) -> None:
    account = mapped(generate_account(SEED, variant), digits)
    drifted = nested(account, with_numeric_ids)
    assert drifted != account
    assert build(compile_project, variant, drifted) == build(compile_project, variant, account)


def nested(account: Account, change: Callable[[Any, Shape], Any]) -> Account:
    """The account with every value of its JSON columns changed, given its shape in the vendor's contract."""
    shapes = {table: properties(facts["record"]) for table, facts in contract().items()}
    raw = {
        table: [
            {
                name: change(value, shapes[table][name]) if RAW_TABLES[table].get(name) == "json" else value
                for name, value in row.items()
            }
            for row in rows
        ]
        for table, rows in account.raw.items()
    }
    return replace(account, raw=raw)


def below(value: Any, shape: Shape, change: Callable[[Any, Shape], Any]) -> Any:
    """The value with `change` applied to what it holds."""
    if isinstance(value, list):
        inner = shape[0] if isinstance(shape, list) else None
        return [change(entry, inner) for entry in value]
    if isinstance(value, dict):
        known = properties(shape) if isinstance(shape, dict) else {}
        return {key: change(entry, known.get(key, known.get(ANY_KEY))) for key, entry in value.items()}
    return value


def with_nulls(value: Any, shape: Shape) -> Any:
    value = below(value, shape, with_nulls)
    if isinstance(value, dict) and isinstance(shape, dict):
        return {**{key: None for key in properties(shape) if key != ANY_KEY}, **value}
    return value


def with_new_keys(value: Any, shape: Shape) -> Any:
    value = below(value, shape, with_new_keys)
    has_free_keys = isinstance(shape, dict) and ANY_KEY in shape
    return (
        {**value, "brand_new": {"id": "x", "name": ["y"]}}
        if isinstance(value, dict) and not has_free_keys
        else value
    )


def with_numeric_ids(value: Any, shape: Shape) -> Any:
    value = below(value, shape, with_numeric_ids)
    if not isinstance(value, dict):
        return value
    return {key: as_numbers(entry) if re.search(r"(^|_)ids?$", key) else entry for key, entry in value.items()}


def as_numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [as_numbers(entry) for entry in value]
    return int(value) if isinstance(value, str) and value.isdigit() else value


def mapped(account: Account, change: Callable[[str], str]) -> Account:
    """The account with every text in its rows changed, keys of objects too."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [walk(entry) for entry in value]
        if isinstance(value, dict):
            return {change(key): walk(entry) for key, entry in value.items()}
        return value

    return replace(account, raw=walk(account.raw), seeds=walk(account.seeds), variables=walk(account.variables))


def digits(text: str) -> str:
    """A generated id as a number's digits; any other text as it is."""
    match = ID.fullmatch(text)
    return f"7{match[1]}" if match else text
