"""Breaks how a build goes on from the last one, one rule at a time: which breakages leave no mart otherwise?

Run by hand, a minute or two for each: `python -m tests.dbt.mutations_of_builds [text ...]`, where a text picks the
mutations whose path or old text holds it. Exit code 1 when one survives the stories, or when its text is gone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.dbt.build_stories import QUICK, QUIET_VARIABLES, Home, tell_quiet_story, tell_story
from tests.dbt.compiled_project import DbtProject, DbtProjectError, copy_project
from tests.dbt.generator import VARIANTS
from tests.dbt.mutation import UNNOTICED, Mutation, report

# A name, the variables of the project, and what fails when the marts of a build are not those of one in full.
Story = tuple[str, dict[str, Any], Callable[[Home], object]]

BUILDS = "macros/incremental"
CHANGES = "models/intermediate/changes"

MUTATIONS = (
    Mutation(f"{CHANGES}/int_changed_incidents.sql", " or {{ is_after_last_build('created_at') }}", ""),
    Mutation(
        f"{CHANGES}/int_changed_incidents.sql",
        "where {{ is_after_last_build('greatest(occurred_at, acknowledged_at, mitigated_at, resolved_at)') }}",
        "where false",
    ),
    Mutation(
        f"{CHANGES}/int_changed_incidents.sql",
        "            where {{ is_newly_loaded('load_id') }}\n        )",
        "            where false\n        )",
    ),
    *(
        Mutation(
            f"{CHANGES}/int_changed_incidents.sql",
            f"    from {rows}\n    where {{{{ is_newly_loaded('load_id') }}}}",
            f"    from {rows}\n    where false",
        )
        for rows in ("incidents", "incident_updates", "follow_ups", "participants")
    ),
    Mutation(f"{CHANGES}/int_former_days.sql", "where local_date is not null", "where false"),
    Mutation(
        f"{CHANGES}/int_changed_days.sql", "from days\nwhere local_date is not null", "from days\nwhere false"
    ),
    Mutation(
        f"{CHANGES}/int_changed_periods.sql",
        "where periods.is_complete is distinct from former_periods.is_complete",
        "where false",
    ),
    Mutation(f"{CHANGES}/int_changed_windows.sql", "changed_weeks.period_start >= windows.window_start", "false"),
    Mutation(
        f"{CHANGES}/int_changed_windows.sql",
        "where former.period_start not in (select windows.period_start from windows)",
        "where false",
    ),
    Mutation(f"{BUILDS}/incremental_by.sql", "' and ' ~ literals[-1]", "' and ' ~ literals[0]"),
    Mutation(f"{BUILDS}/full_build_reasons.sql", "{%- elif row[1] != statement -%}", "{%- elif false -%}"),
    Mutation(f"{BUILDS}/full_build_reasons.sql", "{%- elif row[2] != contents -%}", "{%- elif false -%}"),
    Mutation(f"{BUILDS}/full_build_reasons.sql", "{%- elif row[3] is not none -%}", "{%- elif false -%}"),
    Mutation(f"{BUILDS}/materialization.sql", "delete from {{ relation }}\nwhere {{ changed }};\n", ""),
    Mutation(f"{BUILDS}/materialization.sql", "contents_of(inputs.contents, inputs.views)", "contents_of([], [])"),
    Mutation(f"{BUILDS}/materialization.sql", "new_rows.{{ number }} + held.highest", "new_rows.{{ number }}"),
)


def main(*texts: str) -> int:
    """Try the mutations picked; print one line each and return the number that were not noticed."""
    mutations = [
        mutation for mutation in MUTATIONS if any(text in mutation.file + mutation.old for text in texts or ("",))
    ]
    with tempfile.TemporaryDirectory(prefix="mutations-") as scratch:
        return report(_outcomes(Path(scratch), mutations), len(mutations))


def _outcomes(scratch: Path, mutations: list[Mutation]) -> Iterator[tuple[Mutation, str]]:
    sound = DbtProject(scratch / "sound")
    stories: list[Story] = []
    for variant, seed in reversed(QUICK):
        compiled = sound.compile(VARIANTS[variant])
        tell = partial(tell_story, variant=variant, seed=seed, compiled=compiled)
        stories.append((f"{variant}_{seed}", VARIANTS[variant], tell))
    tell_quiet = partial(tell_quiet_story, compiled=sound.compile(QUIET_VARIABLES))
    stories.append(("time_alone", QUIET_VARIABLES, tell_quiet))
    for number, mutation in enumerate(mutations):
        yield mutation, _outcome(scratch / str(number), mutation, stories)


def _outcome(scratch: Path, mutation: Mutation, stories: list[Story]) -> str:
    scratch.mkdir()
    file = copy_project(scratch) / mutation.file
    text = file.read_text(encoding="utf-8")
    if mutation.old not in text:
        return "NOT APPLICABLE, the text is gone"
    file.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    project = DbtProject(scratch / "dbt", file.parents[len(Path(mutation.file).parts) - 1])
    for name, variables, tell in stories:
        folder = scratch / name
        folder.mkdir()
        try:
            tell(Home(folder, project, variables))
        except AssertionError:
            return f"noticed by {name}"
        except DbtProjectError:
            return f"noticed by a build of {name} that fails"
    return UNNOTICED


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
