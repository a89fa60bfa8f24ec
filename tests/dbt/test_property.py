"""Generated accounts: the built marts against the plain-Python oracle and the invariants of the definitions.

A failure prints the seed, what differs, and a shrunk account as Python source. Rebuild one account with
`generate_account(seed, variant)`.
"""

from __future__ import annotations

import pytest

from tests.dbt.building import ORACLE, Findings, check_accounts, differs
from tests.dbt.conftest import Compile
from tests.dbt.generator import VARIANTS, generate_account
from tests.dbt.invariants import INVARIANTS
from tests.dbt.shrinking import shrink

QUICK_SEEDS = range(20)  # of each of the five variants: 100 accounts
LONG_SEEDS = range(1000, 1400)  # 2,000 accounts
SHRINKING_SECONDS = 90
SHOWN = 12


@pytest.fixture(scope="module", params=list(VARIANTS))
def checked(request: pytest.FixtureRequest, compile_project: Compile) -> tuple[str, Findings]:
    """Every check on every account of a variant, each account built once."""
    variant = request.param
    return variant, check_accounts(compile_project(VARIANTS[variant]), variant, QUICK_SEEDS)


def test_the_marts_of_generated_accounts_are_what_the_definitions_say(
    checked: tuple[str, Findings], compile_project: Compile
) -> None:
    variant, findings = checked
    assert findings.accounts == len(QUICK_SEEDS)
    _fail_with_example(variant, findings, compile_project)


@pytest.mark.parametrize("invariant", list(INVARIANTS))
def test_the_invariants_hold_in_generated_accounts(checked: tuple[str, Findings], invariant: str) -> None:
    variant, findings = checked
    assert findings.of(invariant) == {}, f"variant {variant}: {invariant}"


@pytest.mark.long
@pytest.mark.parametrize("variant", list(VARIANTS))
def test_the_marts_of_two_thousand_accounts_are_what_the_definitions_say(
    variant: str, compile_project: Compile
) -> None:
    findings = check_accounts(compile_project(VARIANTS[variant]), variant, LONG_SEEDS, optimize=False)
    _fail_with_example(variant, findings, compile_project)
    assert findings.by_check == {}


def _fail_with_example(variant: str, findings: Findings, compile_project: Compile) -> None:
    failing = findings.of(ORACLE)
    if not failing:
        return
    seed, sentences = min(failing.items())
    fails = differs(compile_project(VARIANTS[variant]))
    example = shrink(generate_account(seed, variant), fails, SHRINKING_SECONDS)
    lines = [
        f"variant {variant}: {len(failing)} of {findings.accounts} accounts differ, seeds {sorted(failing)}",
        f"seed {seed}:",
        *[f"  {sentence}" for sentence in sentences[:SHOWN]],
        f"  ({len(sentences)} differences)",
        "smallest example found:",
        example.describe(),
    ]
    pytest.fail("\n".join(lines), pytrace=False)
