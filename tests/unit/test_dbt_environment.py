"""What dbt is started with."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.dbt_environment import child_environment, dbt_arguments, dbt_environment
from pipelines.settings import DBT_PROJECT_DIR, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    as_of = datetime(2026, 1, 31, 9, tzinfo=UTC)
    return Settings(home=tmp_path, seeds=tmp_path / "seeds", as_of=as_of, api_key="s3cret")


def test_paths_lie_under_the_home(settings: Settings) -> None:
    variables = dbt_environment(settings)
    assert variables["DBT_WAREHOUSE_PATH"] == str(settings.home / "warehouse.duckdb")
    assert variables["DBT_TARGET_PATH"] == str(settings.home / "dbt" / "target")
    assert variables["DBT_LOG_PATH"] == str(settings.home / "logs")


def test_the_seeds_path_leads_from_the_project_to_the_validated_copy(settings: Settings) -> None:
    path = dbt_environment(settings)["DBT_SEEDS_PATH"]
    assert not os.path.isabs(path)
    assert Path(os.path.normpath(DBT_PROJECT_DIR / path)) == settings.home / "dbt" / "seeds"


def test_the_instant_of_the_run_is_handed_over(settings: Settings) -> None:
    assert dbt_environment(settings)["INCIDENT_MARTS_AS_OF"] == "2026-01-31T09:00:00.000000Z"


def test_the_start_is_handed_over_only_when_set(settings: Settings) -> None:
    assert "INCIDENT_MARTS_START" not in dbt_environment(settings)
    started = Settings(home=settings.home, seeds=settings.seeds, as_of=settings.as_of, start=date(2024, 1, 1))
    assert dbt_environment(started)["INCIDENT_MARTS_START"] == "2024-01-01"


def test_telemetry_is_off(settings: Settings) -> None:
    variables = dbt_environment(settings)
    assert variables["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert variables["DO_NOT_TRACK"] == "1"


def test_secrets_are_blanked_by_the_overrides_and_absent_from_a_whole_environment(settings: Settings) -> None:
    inherited = {
        "PATH": "/bin",
        "INCIDENT_IO_API_KEY": "s3cret",
        "INCIDENT_MARTS_MASTER_KEY": "m4ster",
        "INCIDENT_MARTS_START": "2020-01-01",
    }
    overridden = {**inherited, **dbt_environment(settings)}
    assert (overridden["INCIDENT_IO_API_KEY"], overridden["INCIDENT_MARTS_MASTER_KEY"]) == ("", "")
    whole = child_environment(settings, inherited)
    assert "INCIDENT_IO_API_KEY" not in whole
    assert "INCIDENT_MARTS_START" not in whole
    assert "s3cret" not in str(whole)
    assert "m4ster" not in str(whole)
    assert whole["PATH"] == "/bin"


def test_the_salt_reaches_dbt_only_under_the_name_that_dbt_keeps_secret(settings: Settings) -> None:
    salted = replace(settings, pii_salt="grains of salt!!")
    whole = child_environment(salted, {"INCIDENT_MARTS_PII_SALT": "grains of salt!!", "PATH": "/bin"})
    assert {name for name, value in whole.items() if value == "grains of salt!!"} == {"DBT_ENV_SECRET_PII_SALT"}
    assert "DBT_ENV_SECRET_PII_SALT" not in child_environment(settings, {})


def test_the_project_is_named_by_absolute_paths(settings: Settings) -> None:
    arguments = dbt_arguments(settings)
    assert all(os.path.isabs(path) for path in arguments[1::2])
    assert arguments[::2] == ["--project-dir", "--profiles-dir", "--target-path", "--log-path"]
