"""Tries mutations of the project's SQL on generated accounts.

Account by account, the richest first: the sound project is built once, and every mutation that is still alive
builds what differs with it over that, in a transaction that is rolled back. A mutation is noticed by the first
account whose marts differ from the oracle or break an invariant, or when a statement does not run.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from tests.dbt.account import Account
from tests.dbt.building import built, check_accounts, check_marts, run_values
from tests.dbt.compiled_project import (
    CompiledModel,
    CompiledProject,
    DbtProject,
    DbtProjectError,
    copy_project,
    with_run_values,
)
from tests.dbt.generator import VARIANTS, generate_account
from tests.dbt.mutation import UNNOTICED, Mutation
from tests.dbt.oracle import Expected, expect

PACKAGE = "incident_marts"
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
        self._project_dir = copy_project(scratch)
        self._project = DbtProject(scratch / "dbt", self._project_dir)
        self._sound = {name: self._project.compile(variables) for name, variables in VARIANTS.items()}
        self._reparsed: dict[Mutation, DbtProject] = {}
        self._changes: dict[tuple[Mutation, str], list[CompiledModel]] = {}

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
                        yield mutation, outcome
        yield from ((mutation, UNNOTICED) for mutation in alive)

    def _outcome(self, mutation: Mutation, sound: BuiltAccount) -> str | None:
        """The fate of the mutation when this account decides it."""
        if mutation.old not in self._text(mutation):
            return "NOT APPLICABLE, the text is gone"
        try:
            changed = self._changed(mutation, sound.variant)
            if not changed:
                return None
            project = self._sound[sound.variant].with_models(changed)
            is_noticed = _is_noticed_over(sound, project, changed)
            is_of_history = {model.name for model in changed} & {model.name for model in project.history}
            if is_of_history and not is_noticed:
                seeds = range(sound.seed, sound.seed + 1)
                is_noticed = bool(check_accounts(project, sound.variant, seeds, optimize=False).by_check)
        except AssertionError as error:
            return f"noticed ({error})"
        except (DbtProjectError, duckdb.Error) as error:
            return f"noticed (does not run: {' '.join(str(error).split())[:120]})"
        return f"noticed ({sound.variant} {sound.seed})" if is_noticed else None

    def _changed(self, mutation: Mutation, variant: str) -> list[CompiledModel]:
        """The models that the mutation compiles differently with the variables of the variant."""
        if (mutation, variant) not in self._changes:
            sound = {model.name: model for model in self._sound[variant].models}
            mutated = self._mutated(mutation, variant, sound)
            self._changes[mutation, variant] = [model for model in mutated if model != sound[model.name]]
        return self._changes[mutation, variant]

    def _mutated(
        self, mutation: Mutation, variant: str, sound: Mapping[str, CompiledModel]
    ) -> Sequence[CompiledModel]:
        name, variables = Path(mutation.file).stem, VARIANTS[variant]
        is_model = mutation.file.startswith("models/")
        if is_model and mutation.old in JINJA.sub("\0", self._text(mutation)) and "{" not in mutation.new:
            # Plain SQL comes out of the compiler as it is, where the variables of the variant let it out.
            model = sound[name]
            return [replace(model, sql=model.sql.replace(mutation.old, mutation.new))]
        if mutation.file.endswith(".yml"):
            return self._parsed_anew(mutation).compile(variables, ["resource_type:snapshot"]).models
        # By dbt: one model alone, or all, because a macro may change any.
        with _made_in(self._project.manifest, mutation):
            return self._project.compile(variables, [name] if is_model else []).models

    def _parsed_anew(self, mutation: Mutation) -> DbtProject:
        """The project as dbt reads it with a mutated configuration of snapshots."""
        if mutation not in self._reparsed:
            file, sound = self._project_dir / mutation.file, self._text(mutation)
            file.write_text(sound.replace(mutation.old, mutation.new), encoding="utf-8")
            # A folder of its own: dbt's cache of an earlier parse does not survive a change and its undoing.
            folder = Path(tempfile.mkdtemp(prefix="mutated-", dir=self._scratch))
            self._reparsed[mutation] = DbtProject(folder, self._project_dir)
            file.write_text(sound, encoding="utf-8")
        return self._reparsed[mutation]

    def _text(self, mutation: Mutation) -> str:
        return (self._project_dir / mutation.file).read_text(encoding="utf-8")


@contextmanager
def _made_in(manifest: Any, mutation: Mutation) -> Iterator[None]:
    """The mutation stands in the texts of the model or the macros that dbt read from its file."""
    texts = [(node, "raw_code") for node in manifest.nodes.values() if node.original_file_path == mutation.file]
    texts += [(macro, "macro_sql") for macro in manifest.macros.values() if _is_of_file(macro, mutation)]
    sound = [getattr(*text) for text in texts]
    for (thing, name), text in zip(texts, sound, strict=True):
        setattr(thing, name, text.replace(mutation.old, mutation.new))
    try:
        yield
    finally:
        for (thing, name), text in zip(texts, sound, strict=True):
            setattr(thing, name, text)


def _is_of_file(macro: Any, mutation: Mutation) -> bool:
    return macro.package_name == PACKAGE and macro.original_file_path == mutation.file


def _is_noticed_over(sound: BuiltAccount, project: CompiledProject, changed: Sequence[CompiledModel]) -> bool:
    """Whether a check finds something when the changed models, and what reads them, are built over the sound ones,
    the history as the sound project keeps it.

    A model whose rows stay the same changes nothing further on, so it ends there for most mutations that survive.
    """
    sound.connection.begin()
    try:
        differing: set[str] = set()
        for model in project.models:
            is_concerned = model in changed or differing.intersection(model.parents)
            if is_concerned and not model.snapshot and _is_rebuilt_differently(sound, model):
                differing.add(model.name)
        return bool(differing) and any(check_marts(sound.connection, sound.account, sound.expected).values())
    finally:
        sound.connection.rollback()


def _is_rebuilt_differently(sound: BuiltAccount, model: CompiledModel) -> bool:
    """Replaces the rows of a model; whether they are others than before, in whatever order."""
    sql = with_run_values(model.sql, run_values(sound.account))
    sound.connection.execute(f"create or replace temp table rebuilt as {sql}")
    more, fewer = (
        f"from rebuilt except all from {model.relation}",
        f"from {model.relation} except all from rebuilt",
    )
    if sound.connection.execute(f"({more}) union all ({fewer})").fetchone() is None:
        return False
    sound.connection.execute(f"create or replace table {model.relation} as from rebuilt")
    return True


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
