"""Definitions loaded once per session: by a bare process, and in this process for a closer look."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from orchestration.current import using
from orchestration.definitions import defs
from orchestration.run import Run
from pipelines.settings import Settings, load_settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("definitions") / "home"
    return load_settings({"INCIDENT_MARTS_HOME": str(home)}, env_file=home / "no.env")


@pytest.fixture(scope="session")
def definitions(settings: Settings) -> Iterator[dg.Definitions]:
    with using(Run(settings)):
        yield defs()


@pytest.fixture(scope="session")
def graph(definitions: dg.Definitions) -> dg.AssetGraph:
    return definitions.resolve_asset_graph()
