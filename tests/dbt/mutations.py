"""Breaks rules of the SQL one at a time and reports which breakages no generated account notices.

Run by hand: `python -m tests.dbt.mutations [accounts [text]]`, where `text` picks the files whose path holds it.
Each mutation is a textual change in a copy of the project; the first account whose marts differ from the oracle or
break an invariant, or a statement that does not run, kills it. Exit code 1 when one survives, or when its text is
no longer in the project.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.settings import DBT_PROJECT_DIR
from tests.dbt.account import Account
from tests.dbt.building import check_accounts
from tests.dbt.compiled_project import CompiledProject, DbtProject, DbtProjectError
from tests.dbt.generator import VARIANTS, generate_account
from tests.dbt.mutation import Mutation
from tests.dbt.mutations_attribution import ATTRIBUTION_MUTATIONS
from tests.dbt.oracle import expect

ACCOUNTS = 20
SEEDS_PER_ACCOUNT = 5
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
INCIDENTS = "models/intermediate/incidents"
PERIODS = "models/intermediate/periods"
METRICS = "models/intermediate/metrics"


MUTATIONS = (
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "coalesce(impact_started_at, reported_at, declared_at, created_at)",
        "coalesce(impact_started_at, declared_at, reported_at, created_at)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "coalesce(declared_at, reported_at, created_at)",
        "coalesce(reported_at, declared_at, created_at)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "recorded_resolved_at > last_reopened_at",
        "recorded_resolved_at >= last_reopened_at",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_instants.sql",
        "case when not is_retrospective then acknowledged_at end",
        "acknowledged_at",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_reopens.sql",
        "max(entered_at) filter (where is_reopen)",
        "min(entered_at) filter (where is_reopen)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_status_history.sql",
        "order by entered_at, incident_update_id",
        "order by entered_at, incident_update_id desc",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_status_history.sql",
        "coalesce(statuses.status_category, incident_updates.recorded_status_category)",
        "coalesce(incident_updates.recorded_status_category, statuses.status_category)",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_eligibility.sql",
        "when incidents.deleted_at is not null then 'deleted'",
        "when false then 'deleted'",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_eligibility.sql",
        "incidents.severity_rank < rules",
        "incidents.severity_rank <= rules",
    ),
    Mutation(
        f"{INCIDENTS}/int_incident_pauses.sql",
        "greatest(paused_entries.entered_at, instants.occurred_at)",
        "paused_entries.entered_at",
    ),
    Mutation(
        f"{INCIDENTS}/int_incidents_classified.sql",
        "coalesce(severities.severity_rank, incidents.severity_rank)",
        "incidents.severity_rank",
    ),
    Mutation(f"{INCIDENTS}/int_timestamp_roles.sql", "where seed_roles.role is null", "where true"),
    Mutation(
        f"{INCIDENTS}/int_timestamp_roles.sql", "('mitigated', 'Fixed at', 2)", "('mitigated', 'Fixed at', 0)"
    ),
    Mutation("macros/status_class.sql", "('triage', 'live', 'paused')", "('triage', 'live')"),
    Mutation("macros/status_category.sql", "when 'post-incident' then 'learning'", ""),
    Mutation("macros/timestamp_name_key.sql", "' at$'", "' never$'"),
    Mutation("macros/elapsed_seconds.sql", "// 1000000", "// 1000000 + 1"),
    Mutation("macros/fold_text.sql", "staging.fold_text({{ text }})", "lower(trim({{ text }}))"),
    Mutation("macros/periods.sql", "{{ local_date }} + 1) as date) - 1", "{{ local_date }}) as date) - 1"),
    Mutation(f"{PERIODS}/int_periods.sql", "as_of_local >= period_end", "as_of_local > period_end"),
    Mutation(f"{PERIODS}/int_periods.sql", "coalesce(period_start >= coverage_start_date, true)", "true"),
    Mutation(
        f"{PERIODS}/int_periods.sql", "where period_start < as_of_local", "where period_start <= as_of_local"
    ),
    Mutation(
        f"{PERIODS}/int_coverage.sql", "where is_eligible and occurred_at <= {{ as_of() }}", "where is_eligible"
    ),
    Mutation(f"{METRICS}/int_incident_events.sql", "{{ event }}_at <= {{ as_of() }}", "true"),
    Mutation(
        f"{METRICS}/int_scope_period_counts.sql",
        "sum(count_occurred) filter (where is_in_spine) over so_far",
        "sum(count_occurred) over so_far",
    ),
    Mutation(
        f"{METRICS}/int_metrics_by_period.sql", "when periods.elapsed_days >= 1", "when periods.elapsed_days > 0"
    ),
    Mutation("models/marts/core/fct_incident_people.sql", "where not is_private", "where true"),
    Mutation(
        "models/staging/incident_io/stg_incident_io__incidents.sql",
        "coalesce(visibility <> 'public', true)",
        "coalesce(visibility = 'private', false)",
    ),
    *ATTRIBUTION_MUTATIONS,
)


class Bench:
    """A copy of the project in which one mutation after the other is made and undone."""

    def __init__(self, scratch: Path, accounts: int) -> None:
        self._scratch = scratch
        self._project_dir = scratch / "project" / DBT_PROJECT_DIR.name
        shutil.copytree(DBT_PROJECT_DIR, self._project_dir, ignore=shutil.ignore_patterns("target", "logs"))
        project = self._project()
        self._sound = {name: project.compile(variables) for name, variables in VARIANTS.items()}
        self._seeds = {name: richest_seeds(name, accounts) for name in VARIANTS}

    def try_out(self, mutation: Mutation) -> str:
        """What became of the mutation, in words that begin with NOT when nothing noticed it."""
        file = self._project_dir / mutation.file
        sound = file.read_text(encoding="utf-8")
        if mutation.old not in sound:
            return "NOT APPLICABLE, the text is gone"
        file.write_text(sound.replace(mutation.old, mutation.new), encoding="utf-8")
        try:
            return self._notice(mutation, sound)
        except AssertionError as error:
            return f"noticed ({error})"
        except DbtProjectError as error:
            return f"noticed (does not run: {' '.join(str(error).split())[:120]})"
        finally:
            file.write_text(sound, encoding="utf-8")

    def _notice(self, mutation: Mutation, sound: str) -> str:
        name = Path(mutation.file).stem
        if (
            mutation.file.startswith("models/")
            and mutation.old in JINJA.sub("\0", sound)
            and "{" not in mutation.new
        ):
            # Plain SQL comes out of the compiler as it is, where the variables of the variant let it out.
            mutated = {variant: _with_mutation(found, name, mutation) for variant, found in self._sound.items()}
        else:
            mutated = self._compiled_anew([name] if mutation.file.startswith("models/") else [])
        for number in range(len(next(iter(self._seeds.values())))):
            for variant, compiled in mutated.items():
                seed = self._seeds[variant][number]
                if compiled is not self._sound[variant] and self._is_noticed(compiled, variant, seed):
                    return f"noticed ({variant} {seed})"
        return "NOT NOTICED"

    def _is_noticed(self, compiled: CompiledProject, variant: str, seed: int) -> bool:
        return bool(check_accounts(compiled, variant, range(seed, seed + 1)).by_check)

    def _compiled_anew(self, names: list[str]) -> dict[str, CompiledProject]:
        """By dbt: one model alone, or all, because a macro or a configuration may change any."""
        project = self._project()
        return {
            variant: self._sound[variant].with_models(project.compile(variables, names).models)
            for variant, variables in VARIANTS.items()
        }

    def _project(self) -> DbtProject:
        return DbtProject(self._scratch / "dbt", self._project_dir)


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


def _with_mutation(sound: CompiledProject, name: str, mutation: Mutation) -> CompiledProject:
    """The compiled project with the text replaced in one model; the same object when the text is not in it."""
    [model] = [model for model in sound.models if model.name == name]
    if mutation.old not in model.sql:
        return sound
    return sound.with_models([replace(model, sql=model.sql.replace(mutation.old, mutation.new))])


def main(accounts: int, files: str = "") -> int:
    """Try every mutation; print one line each and return the number that were not killed."""
    mutations = [mutation for mutation in MUTATIONS if files in mutation.file]
    alive = 0
    with tempfile.TemporaryDirectory(prefix="mutations-") as scratch:
        bench = Bench(Path(scratch), accounts)
        for number, mutation in enumerate(mutations, start=1):
            outcome = bench.try_out(mutation)
            alive += outcome.startswith("NOT")
            change = " ".join(mutation.new.split()) or f"(removed) {' '.join(mutation.old.split())}"
            print(f"{number:3d}/{len(mutations)} {outcome}: {Path(mutation.file).name}: {change}", flush=True)
    print(f"{len(mutations) - alive} of {len(mutations)} mutations were noticed")
    return alive


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(1 if main(int(given[0]) if given else ACCOUNTS, *given[1:2]) else 0)
