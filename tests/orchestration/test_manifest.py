"""When dbt's project is parsed anew, and when its parse cache must not be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration import manifest
from pipelines.settings import Settings, load_settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = load_settings({"INCIDENT_MARTS_HOME": str(tmp_path / "home")}, env_file=tmp_path / "no.env")
    manifest.target_dir(settings).mkdir(parents=True)
    return settings


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For every parse whether it found a cache; each leaves one, and a manifest, as dbt does."""
    found: list[bool] = []

    def parse(settings: Settings) -> None:
        cache = manifest.target_dir(settings) / "partial_parse.msgpack"
        found.append(cache.exists())
        cache.write_bytes(b"cache")
        (manifest.target_dir(settings) / "manifest.json").write_text(json.dumps({"nodes": {}}))

    monkeypatch.setattr(manifest, "_parse", parse)
    return found


def test_a_project_that_did_not_change_is_parsed_once(home: Settings, parses: list[bool]):
    manifest.load_manifest(home)
    manifest.load_manifest(home)
    assert parses == [False]


def test_a_changed_project_is_parsed_with_the_cache_of_the_last_time(
    home: Settings, parses: list[bool], monkeypatch: pytest.MonkeyPatch
):
    manifest.load_manifest(home)
    monkeypatch.setattr(manifest, "_fingerprint", lambda: "another")
    manifest.load_manifest(home)
    assert parses == [False, True]


def test_a_project_that_has_moved_is_parsed_without_the_cache(
    home: Settings, parses: list[bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """The cache names the folder of the project, and dbt would look for the seeds in the former one."""
    manifest.load_manifest(home)
    monkeypatch.setattr(manifest, "DBT_PROJECT_DIR", tmp_path / "moved" / "dbt_project")
    manifest.load_manifest(home)
    assert parses == [False, False]
