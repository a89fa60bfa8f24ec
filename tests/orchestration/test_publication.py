"""What may be published: marts of a whole, successful build, and no names where people are to be pseudonyms."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.publication import UncheckedMartsError, publish_run
from orchestration.run import Run, require_salt
from pipelines.settings import Settings, SettingsError, load_settings

SALT = "a salt of the tests"


def settings_of(home: Path, **environ: str) -> Settings:
    return load_settings({"INCIDENT_MARTS_HOME": str(home), **environ}, env_file=home / "no.env")


def built_home(settings: Settings, address: str) -> None:
    """A warehouse as a successful build leaves it, with one person in it."""
    target = settings.dbt_dir / "target"
    target.mkdir(parents=True)
    results = {"args": {"which": "build"}, "results": [{"unique_id": "model.p.m", "status": "success"}]}
    (target / "run_results.json").write_text(json.dumps(results))
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema marts; create schema raw_incident_io")
        connection.execute("create table marts.dim_people as select 'p1' as person_id, ? as email", [address])


def test_marts_that_name_people_are_not_published_as_pseudonyms(tmp_path: Path):
    settings = settings_of(tmp_path, INCIDENT_MARTS_PII_SALT=SALT)
    built_home(settings, "ada@example.com")
    with pytest.raises(
        UncheckedMartsError, match="pii_mode is hashed and the marts of the last build name people"
    ):
        publish_run(Run(settings, is_pii_hashed=True), "run-1")
    assert not settings.marts.exists()


def test_the_first_copy_of_pseudonyms_removes_those_before_it_and_later_ones_are_kept(tmp_path: Path):
    settings = settings_of(tmp_path, INCIDENT_MARTS_PII_SALT=SALT)
    built_home(settings, "0123456789abcdef")
    for run_id in ("plain-1", "plain-2"):
        publish_run(Run(settings), run_id)
    assert len(list((settings.home / "published").glob("marts-*"))) == 2
    for run_id in ("hashed-1", "hashed-2"):
        publish_run(Run(settings, is_pii_hashed=True), run_id)
    assert sorted(path.name for path in (settings.home / "published").glob("marts-*")) == [
        "marts-hashed-1.duckdb",
        "marts-hashed-2.duckdb",
    ]
    publish_run(Run(settings), "plain-3")
    publish_run(Run(settings, is_pii_hashed=True), "hashed-3")
    assert [path.name for path in (settings.home / "published").glob("marts-*")] == ["marts-hashed-3.duckdb"]


def test_pseudonyms_need_a_salt_and_plain_names_none(tmp_path: Path):
    unsalted = settings_of(tmp_path)
    with pytest.raises(SettingsError, match="INCIDENT_MARTS_PII_SALT: not set"):
        require_salt(unsalted, {"pii_mode": "hashed"})
    assert require_salt(unsalted) is False
    assert require_salt(settings_of(tmp_path, INCIDENT_MARTS_PII_SALT=SALT), {"pii_mode": "hashed"}) is True


def test_warnings_are_told_without_addresses_where_people_are_pseudonyms(tmp_path: Path):
    settings = settings_of(tmp_path, INCIDENT_MARTS_PII_SALT=SALT)
    warning = "team_members.csv:2: person: nobody is called ada@example.com"
    assert Run(settings, warnings=[warning]).told_warnings() == [warning]
    (told,) = Run(settings, warnings=[warning], is_pii_hashed=True).told_warnings()
    assert "ada@" not in told
    assert told.startswith("team_members.csv:2: person: nobody is called ")
