"""Tries mutations of models on dbt's own unit tests, which cover rules that hardly any account depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.dbt.compiled_project import WAREHOUSE, DbtProject, DbtProjectError, copy_project, invoke_dbt
from tests.dbt.loading import new_warehouse
from tests.dbt.mutation import Mutation


class UnitTests:
    """The unit tests of a copy of the project, which is made in the folder `scratch` beside an empty warehouse."""

    def __init__(self, scratch: Path) -> None:
        self._project_dir = copy_project(scratch)
        scratch = scratch / "dbt"
        self._project = DbtProject(scratch, self._project_dir)
        connection = new_warehouse(str(scratch / f"{WAREHOUSE}.duckdb"))
        connection.close()
        # dbt asks the relations that a unit test replaces for their columns, so they have to exist.
        kinds = ("seed", "test", "unit_test")
        self._dbt(["build", "--empty", "--exclude", *(f"resource_type:{kind}" for kind in kinds)])
        self._dbt(["test", "--select", "test_type:unit"])  # one that fails by itself would notice everything

    def notice(self, mutation: Mutation) -> bool:
        """Whether a unit test of the model fails with the mutation; False where no unit test covers the file."""
        file = self._project_dir / mutation.file
        name, sound = Path(mutation.file).stem, file.read_text(encoding="utf-8")
        if not mutation.file.startswith("models/") or not self._covers(name):
            return False
        file.write_text(sound.replace(mutation.old, mutation.new), encoding="utf-8")
        try:
            self._dbt(["test", "--select", f"{name},test_type:unit"])
        except DbtProjectError:
            return True
        finally:
            file.write_text(sound, encoding="utf-8")
        return False

    def _covers(self, name: str) -> bool:
        return any(test.model == name for test in self._project.manifest.unit_tests.values())

    def _dbt(self, arguments: list[str]) -> Any:
        variables = ["--vars", '{"as_of": "2026-11-23T00:00:00Z"}']
        environment = {**self._project.environment, "INCIDENT_MARTS_AS_OF": "2026-11-23T00:00:00Z"}
        return invoke_dbt([*arguments, *variables], environment, self._project.scratch, self._project_dir)
