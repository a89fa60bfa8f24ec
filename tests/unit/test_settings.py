"""Settings: every problem at once, by the name of the setting."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_ROOT, SettingsError, load_settings, parse_instant


@pytest.fixture
def no_env_file(tmp_path: Path) -> Path:
    return tmp_path / "none.env"


def problems_of(environ: dict[str, str], env_file: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, env_file)
    return caught.value.problems


def test_nothing_set_gives_the_documented_defaults(no_env_file: Path) -> None:
    settings = load_settings({}, no_env_file)
    assert settings.home == Path.cwd() / "data"
    assert settings.seeds == PROJECT_ROOT / "seeds"
    assert settings.api_url == "https://api.incident.io"
    assert settings.api_key is None
    assert settings.start is None
    assert settings.as_of.tzinfo is UTC


def test_every_problem_is_reported_at_once_by_name(no_env_file: Path) -> None:
    problems = problems_of(
        {
            "INCIDENT_MARTS_HOEM": "/x",
            "INCIDENT_MARTS_AS_OF": "yesterday",
            "INCIDENT_MARTS_START": "2024-02-30",
            "INCIDENT_IO_API_URL": "ftp://api",
        },
        no_env_file,
    )
    assert [problem.split(":")[0] for problem in problems] == [
        "INCIDENT_MARTS_HOEM",
        "INCIDENT_MARTS_AS_OF",
        "INCIDENT_MARTS_START",
        "INCIDENT_IO_API_URL",
    ]


@pytest.mark.parametrize("start", ["0202-01-01", "1999-12-31", "2026-02-02", "2206-01-01"])
def test_a_start_with_a_mistyped_year_is_refused(start: str, no_env_file: Path) -> None:
    environ = {"INCIDENT_MARTS_START": start, "INCIDENT_MARTS_AS_OF": "2026-01-31T11:00:00Z"}
    (problem,) = problems_of(environ, no_env_file)
    assert problem.startswith(f"INCIDENT_MARTS_START: {start} ")
    assert "2026-01-31" in problem


def test_a_start_may_be_today_where_the_organisation_is(no_env_file: Path) -> None:
    for start in ("2000-01-01", "2026-01-31", "2026-02-01"):
        environ = {"INCIDENT_MARTS_START": start, "INCIDENT_MARTS_AS_OF": "2026-01-31T11:00:00Z"}
        assert load_settings(environ, no_env_file).start == date.fromisoformat(start)


def test_an_unknown_setting_lists_the_known_ones(no_env_file: Path) -> None:
    assert "INCIDENT_MARTS_HOME" in problems_of({"INCIDENT_MARTS_HOEM": "/x"}, no_env_file)[0]


def test_an_instant_without_a_zone_is_refused(no_env_file: Path) -> None:
    (problem,) = problems_of({"INCIDENT_MARTS_AS_OF": "2026-01-31T09:00:00"}, no_env_file)
    assert "no time zone" in problem


def test_plain_http_is_for_loopback_only(no_env_file: Path) -> None:
    (problem,) = problems_of({"INCIDENT_IO_API_URL": "http://incident.example"}, no_env_file)
    assert "incident.example" in problem
    assert (
        load_settings({"INCIDENT_IO_API_URL": "http://127.0.0.1:1/"}, no_env_file).api_url == "http://127.0.0.1:1"
    )


def test_as_of_is_utc_with_microseconds_for_dbt(no_env_file: Path) -> None:
    settings = load_settings({"INCIDENT_MARTS_AS_OF": "2026-01-31T10:00:00+01:00"}, no_env_file)
    assert settings.as_of == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert settings.as_of_text == "2026-01-31T09:00:00.000000Z"


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("INCIDENT_MARTS_START=2020-01-01\nINCIDENT_IO_API_KEY=from-file\n")
    settings = load_settings({"INCIDENT_MARTS_START": "2024-01-01"}, env_file)
    assert settings.start == date(2024, 1, 1)
    assert settings.api_key == "from-file"


def test_an_unknown_name_in_the_env_file_is_refused_too(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("INCIDENT_MARTS_SEED=./x\n")
    assert problems_of({}, env_file)[0].startswith("INCIDENT_MARTS_SEED:")


def test_blank_values_count_as_unset(no_env_file: Path) -> None:
    settings = load_settings({"INCIDENT_IO_API_KEY": "  ", "INCIDENT_MARTS_START": ""}, no_env_file)
    assert settings.api_key is None
    assert settings.start is None


def test_the_key_is_not_in_the_repr(no_env_file: Path) -> None:
    assert "s3cret" not in repr(load_settings({"INCIDENT_IO_API_KEY": "s3cret"}, no_env_file))


def test_the_salt_of_pseudonyms_is_long_enough_and_not_in_the_repr(no_env_file: Path) -> None:
    salt = "sixteen letters!"
    settings = load_settings({"INCIDENT_MARTS_PII_SALT": salt}, no_env_file)
    assert settings.pii_salt == salt
    assert salt not in repr(settings)
    (problem,) = problems_of({"INCIDENT_MARTS_PII_SALT": salt[1:]}, no_env_file)
    assert problem.startswith("INCIDENT_MARTS_PII_SALT: shorter than 16")
    assert salt[1:] not in problem


def test_the_demo_has_its_own_home_and_seeds(no_env_file: Path) -> None:
    demo = load_settings({}, no_env_file).for_demo("http://127.0.0.1:9", "demo")
    assert demo.home == Path.cwd() / "data" / "demo"
    assert demo.seeds == PROJECT_ROOT / "apps" / "demo_api" / "seeds"
    assert demo.is_demo


def test_the_example_file_names_every_setting_and_sets_none(no_env_file: Path) -> None:
    text = (PROJECT_ROOT / ".env.example").read_text()
    for name in (
        "INCIDENT_IO_API_KEY",
        "INCIDENT_IO_API_URL",
        "INCIDENT_MARTS_HOME",
        "INCIDENT_MARTS_SEEDS",
        "INCIDENT_MARTS_AS_OF",
        "INCIDENT_MARTS_START",
        "INCIDENT_MARTS_MASTER_KEY",
        "INCIDENT_MARTS_MASTER_KEY_FILE",
        "INCIDENT_MARTS_PII_SALT",
    ):
        assert f"\n# {name}=" in text
    assert all(line.startswith("#") or not line for line in text.splitlines())
    assert load_settings({}, PROJECT_ROOT / ".env.example").api_key is None


def test_parse_instant_turns_any_zone_into_utc() -> None:
    assert parse_instant(" 2026-01-01T00:00:00-05:00 ") == datetime(2026, 1, 1, 5, tzinfo=UTC)
