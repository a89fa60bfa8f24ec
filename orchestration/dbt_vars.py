"""Overrides of reporting rules for one run: the JSON of `--vars`, checked against dbt_project.yml."""

from __future__ import annotations

import difflib
import json
from typing import Any

import yaml  # type: ignore[import-untyped]

from pipelines.settings import DBT_PROJECT_DIR


class VarsError(Exception):
    """Wrong `--vars`; `problems` holds one sentence for each (exit code 2)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def known_vars() -> dict[str, Any]:
    """Reporting variables with their defaults, as dbt_project.yml documents them."""
    project = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    declared = project.get("vars") or {}
    nested = declared.get(project["name"])
    return dict(nested if isinstance(nested, dict) else declared)


def parse_vars(text: str | None) -> dict[str, Any]:
    """The variables of a `--vars` argument; raises :class:`VarsError` for anything that dbt would not use."""
    if not text:
        return {}
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise VarsError([f"--vars: not JSON ({error.msg} at character {error.pos + 1}): {text}"]) from error
    if not isinstance(values, dict):
        raise VarsError([f'--vars: not a JSON object such as {{"org_timezone": "Europe/Berlin"}}: {text}'])
    return check_vars(values)


def check_vars(values: dict[str, Any]) -> dict[str, Any]:
    """The same variables, every name of them known; raises :class:`VarsError` naming all that are not."""
    known = known_vars()
    problems = []
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known ones are {', '.join(sorted(known))}"
            problems.append(f"--vars: unknown variable {name}; {hint}")
    if problems:
        raise VarsError(problems)
    return values
