"""One parsed project for all tests of this folder, and one compilation for each set of variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.dbt.compiled_project import CompiledProject, DbtProject

Compile = Callable[[dict[str, Any]], CompiledProject]


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    return DbtProject(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def compile_project(dbt_project: DbtProject) -> Compile:
    compiled: dict[str, CompiledProject] = {}

    def compile_once(variables: dict[str, Any]) -> CompiledProject:
        key = json.dumps(variables, sort_keys=True)
        if key not in compiled:
            compiled[key] = dbt_project.compile(variables)
        return compiled[key]

    return compile_once
