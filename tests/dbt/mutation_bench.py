"""Tries mutations of the project's SQL on generated accounts.

Account by account, the richest first: the sound project is built once, and every mutation that is still alive
builds what it changes over it, in a transaction that is rolled back. A mutation is noticed by the first account
whose marts differ from the oracle or break an invariant, or when a statement does not run.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.settings import DBT_PROJECT_DIR
from tests.dbt.account import Account
from tests.dbt.building import built, check_accounts, check_marts, run_values
from tests.dbt.compiled_project import CompiledModel, CompiledProject, DbtProject, DbtProjectError
from tests.dbt.generator import VARIANTS, generate_account
from tests.dbt.mutation import Mutation
from tests.dbt.oracle import Expected, expect

SEEDS_PER_ACCOUNT = 5
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True)
class BuiltAccount:
    """An account, what the oracle expects of it, and a warehouse with the marts of the sound project."""

    variant: str
    seed: int
    account: Account
    expected: Expected
    connection: duckdb.DuckDBPyConnection


class MutationBench:
    """A copy of the project and its sound compilation for every variant. `scratch` is an empty folder."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._project_dir = scratch / "project" / DBT_PROJECT_DIR.name
        shutil.copytree(DBT_PROJECT_DIR, self._project_dir, ignore=shutil.ignore_patterns("target", "logs"))
        project = self._project()
        self._sound = {name: project.compile(variables) for name, variables in VARIANTS.items()}
        self._mutated: dict[Mutation, DbtProject] = {}

    def try_out(self, mutations: Sequence[Mutation], accounts: int) -> Iterator[tuple[Mutation, str]]:
        """Every mutation, when its fate is known, with words that begin with NOT when nothing noticed it."""
        alive = list(mutations)
        for variant, seed in _accounts(accounts):
            account = generate_account(seed, variant)
            with built(self._sound[variant], account, optimize=False) as connection:
                sound = BuiltAccount(variant, seed, account, expect(account), connection)
                said = check_marts(connection, account, sound.expected)
                if any(said.values()):  # it would kill every mutation
                    raise DbtProjectError(f"the sound project differs already, {variant} {seed}: {said}")
                for mutation in list(alive):
                    outcome = self._outcome(mutation, sound)
                    if outcome:
                        alive.remove(mutation)
                        self._mutated.pop(mutation, None)
                        yield mutation, outcome
        yield from ((mutation, "NOT NOTICED") for mutation in alive)

    def _outcome(self, mutation: Mutation, sound: BuiltAccount) -> str | None:
        """The fate of the mutation when this account decides it."""
        if mutation.old not in self._text(mutation):
            return "NOT APPLICABLE, the text is gone"
        try:
            changed = self._changed(mutation, sound.variant)
            if not changed:
                return None
            project = self._sound[sound.variant].with_models(changed)
            if {model.name for model in changed} & {model.name for model in project.history}:
                seeds = range(sound.seed, sound.seed + 1)
                is_noticed = bool(check_accounts(project, sound.variant, seeds, optimize=False).by_check)
            else:
                is_noticed = _is_noticed_over(sound, project, changed)
        except AssertionError as error:
            return f"noticed ({error})"
        except (DbtProjectError, duckdb.Error) as error:
            return f"noticed (does not run: {' '.join(str(error).split())[:120]})"
        return f"noticed ({sound.variant} {sound.seed})" if is_noticed else None

    def _changed(self, mutation: Mutation, variant: str) -> list[CompiledModel]:
        """The models that the mutation compiles differently with the variables of the variant."""
        sound = {model.name: model for model in self._sound[variant].models}
        name = Path(mutation.file).stem
        is_model = mutation.file.startswith("models/")
        if is_model and mutation.old in JINJA.sub("\0", self._text(mutation)) and "{" not in mutation.new:
            # Plain SQL comes out of the compiler as it is, where the variables of the variant let it out.
            model = sound[name]
            mutated = [replace(model, sql=model.sql.replace(mutation.old, mutation.new))]
        else:
            # By dbt: one model alone, or all, because a macro or a configuration may change any.
            names = [name] if is_model else []
            mutated = list(self._parsed(mutation).compile(VARIANTS[variant], names).models)
        return [model for model in mutated if model != sound[model.name]]

    def _parsed(self, mutation: Mutation) -> DbtProject:
        """The project as dbt parses it with the mutation made."""
        if mutation not in self._mutated:
            file, sound = self._project_dir / mutation.file, self._text(mutation)
            file.write_text(sound.replace(mutation.old, mutation.new), encoding="utf-8")
            try:
                self._mutated[mutation] = self._project()
            finally:
                file.write_text(sound, encoding="utf-8")
        return self._mutated[mutation]

    def _text(self, mutation: Mutation) -> str:
        return (self._project_dir / mutation.file).read_text(encoding="utf-8")

    def _project(self) -> DbtProject:
        return DbtProject(self._scratch / "dbt", self._project_dir)


def _is_noticed_over(sound: BuiltAccount, project: CompiledProject, changed: Sequence[CompiledModel]) -> bool:
    """Whether a check finds something when the changed models and their readers are built over the sound ones."""
    readers = project.readers(model.name for model in changed)
    sound.connection.begin()
    try:
        project.run(sound.connection, run_values(sound.account), views_as_tables=True, models=readers)
        return any(check_marts(sound.connection, sound.account, sound.expected).values())
    finally:
        sound.connection.rollback()


def _accounts(count: int) -> Iterator[tuple[str, int]]:
    """Variants and seeds of the richest accounts of every variant, the variants in turn."""
    seeds = {variant: richest_seeds(variant, count) for variant in VARIANTS}
    for number in range(count):
        yield from ((variant, seeds[variant][number]) for variant in VARIANTS)


def richest_seeds(variant: str, count: int) -> list[int]:
    """Of many seeds those whose accounts hold the most different things, the richest first."""
    richness = {seed: _richness(generate_account(seed, variant)) for seed in range(count * SEEDS_PER_ACCOUNT)}
    return sorted(richness, key=lambda seed: -richness[seed])[:count]


def _richness(account: Account) -> int:
    """How many kinds of evidence, teams, unresolved references, severities and reasons there are."""
    expected = expect(account)
    kinds: set[Any] = {kind for kind, *_ in expected.unresolved}
    for credit in expected.credits.values():
        for step, candidates in credit.candidates.items():
            kinds |= {
                (step, c.matched_by, c.outranked_by, c.assumed, c.seed_file, c.owned_to is None)
                for c in candidates
            }
    kinds |= {(t.source, len(t.path), t.ended_at is None) for t in expected.teams.rows.values()}
    kinds |= {(i.excluded, i.duration_status, i.reopened_count > 0) for i in expected.incidents}
    return len(kinds)
