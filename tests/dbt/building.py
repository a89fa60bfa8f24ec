"""Builds an account with the compiled project and checks what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from pipelines.dbt_environment import READ_AT, SWEPT_AT
from pipelines.settings import as_text
from tests.dbt.account import Account
from tests.dbt.comparison import differences
from tests.dbt.compiled_project import CompiledProject, RunValues
from tests.dbt.generator import generate_account
from tests.dbt.invariants import INVARIANTS
from tests.dbt.loading import load_account, new_warehouse
from tests.dbt.oracle import Expected, expect

ORACLE = "oracle"


@dataclass
class Findings:
    """What was wrong with the accounts of one variant: check -> seed -> sentences."""

    accounts: int = 0
    by_check: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def add(self, check: str, seed: int, sentences: list[str]) -> None:
        """Keep what a check found; nothing found leaves no trace."""
        if sentences:
            self.by_check.setdefault(check, {})[seed] = sentences

    def of(self, check: str) -> dict[int, list[str]]:
        """Sentences by seed of one check."""
        return self.by_check.get(check, {})


@contextmanager
def built(
    compiled: CompiledProject, account: Account, as_of: datetime | None = None, optimize: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in memory with the account's marts in it, at the account's instant or a given one.

    Earlier runs leave nothing but the history they saw, so of them only that is built. Without `optimize` the
    statements run as they are written: the optimizer may not change an answer, and on so few rows it is a quarter
    of the work. Who builds thousands of accounts does without it; the ordinary tests keep it, as real builds do.
    """
    connection = new_warehouse()
    if not optimize:
        connection.execute("pragma disable_optimizer")
    connection.begin()  # one commit for all statements
    try:
        for run in account.earlier:
            load_account(connection, run)
            compiled.run(connection, run_values(run), views_as_tables=True, models=compiled.history)
        load_account(connection, account)
        compiled.run(connection, run_values(account, as_of), views_as_tables=True)
        connection.commit()
        yield connection
    finally:
        connection.close()


def run_values(account: Account, as_of: datetime | None = None) -> RunValues:
    """The settings of a run over the account, at its instant or a given one."""
    return RunValues(as_of or account.as_of, account.coverage_start, account.read_at, account.swept_at)


def run_environment(account: Account) -> dict[str, str]:
    """The same settings as environment variables of a real dbt; an empty one counts as not set."""
    values = run_values(account)
    return {
        "INCIDENT_MARTS_AS_OF": as_text(values.as_of),
        "INCIDENT_MARTS_START": values.coverage_start.isoformat() if values.coverage_start else "",
        READ_AT: as_text(values.read_at) if values.read_at else "",
        SWEPT_AT: as_text(values.swept_at) if values.swept_at else "",
    }


def check_accounts(compiled: CompiledProject, variant: str, seeds: range, optimize: bool = True) -> Findings:
    """Build the account of every seed once and run the oracle and every invariant on it."""
    findings = Findings()
    for seed in seeds:
        account = generate_account(seed, variant)
        with built(compiled, account, optimize=optimize) as connection:
            for check, sentences in check_marts(connection, account, expect(account)).items():
                findings.add(check, seed, sentences)
        findings.accounts += 1
    return findings


def check_marts(
    connection: duckdb.DuckDBPyConnection, account: Account, expected: Expected
) -> dict[str, list[str]]:
    """What the oracle and the invariants say of the built marts: check -> sentences, none when all is well."""
    said = {ORACLE: differences(connection, account, expected)}
    return said | {name: violations(connection) for name, violations in INVARIANTS.items()}


def differs(compiled: CompiledProject) -> Callable[[Account], bool]:
    """A predicate for shrinking: whether what the account builds into still differs from the oracle."""

    def predicate(account: Account) -> bool:
        try:
            expected = expect(account)
        except Exception:  # a shrunk account may make no sense at all; then it is no example
            return False
        with built(compiled, account, optimize=False) as connection:
            return bool(differences(connection, account, expected))

    return predicate
