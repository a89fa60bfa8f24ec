"""Starting the command line: instant help, wrong usage, and errors that stay sentences."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
from cli_support import run_command
from click.testing import CliRunner

from apps.cli.failures import EXPECTED, describe
from apps.cli.main import COMMANDS, cli
from pipelines.settings import PROJECT_ROOT, SettingsError

HEAVY = (
    *("dagster", "dlt", "dbt", "duckdb", "pyarrow", "pandas"),
    *("rapidfuzz", "requests", "rich", "starlette", "uvicorn"),
)
HELP_SECONDS = 1.0
MAPPING = ("fields", "suggest", "check", "plan")
WRONG_USAGE = [
    ["nope"],
    ["run", "--nope"],
    ["explain"],
    ["metrics", "--grain", "day"],
    ["mapping", "nope"],
    ["mapping", "suggest", "--min-score", "101"],
    ["mapping", "check", "--seeds", "no-such-folder"],
    ["mapping", "plan", "--rev", "HEAD", "--seeds", "."],
]
HELPS = [
    ["--help"],
    *([name, "--help"] for name in COMMANDS),
    *(["mapping", name, "--help"] for name in MAPPING),
]


@pytest.mark.parametrize("arguments", HELPS)
def test_help_imports_nothing_heavy(arguments: list[str]):
    code = (
        "import sys\nfrom apps.cli.main import cli\n"
        f"cli.main({arguments!r}, standalone_mode=False)\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


def test_help_takes_less_than_a_second_of_computing(tmp_path: Path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run_command(tmp_path / "home", "--help").code == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < HELP_SECONDS


def test_help_lists_exactly_the_commands_that_exist():
    listed = CliRunner().invoke(cli, ["--help"]).output
    for name in COMMANDS:
        assert f"\n  {name} " in listed
    assert "\n  web " not in listed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str):
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


@pytest.mark.parametrize("name", MAPPING)
def test_every_mapping_command_explains_itself_with_examples(name: str):
    result = CliRunner().invoke(cli, ["mapping", name, "--help"])
    assert result.exit_code == 0
    assert f"incident-marts mapping {name}" in result.output
    listed = CliRunner().invoke(cli, ["mapping", "--help"]).output
    assert f"\n  {name} " in listed


def test_the_version_is_that_of_the_package():
    result = CliRunner().invoke(cli, ["--version"], prog_name="incident-marts")
    assert result.output.startswith("incident-marts 0.")


@pytest.mark.parametrize("arguments", WRONG_USAGE)
def test_wrong_usage_is_exit_code_2_with_a_hint(tmp_path: Path, arguments: list[str]):
    finished = run_command(tmp_path / "home", *arguments)
    assert finished.code == 2
    assert finished.stdout == ""
    assert "--help" in finished.stderr
    assert not (tmp_path / "home").exists()


def test_options_that_exclude_each_other_are_refused(tmp_path: Path):
    assert run_command(tmp_path / "home", "metrics", "--team", "a", "--person", "b").code == 2
    assert run_command(tmp_path / "home", "metrics", "--json", "--csv").code == 2


def test_a_failure_with_json_is_one_document_on_stdout(tmp_path: Path):
    finished = run_command(tmp_path / "home", "run", "--json", "--vars", '{"nope": 1}')
    assert finished.code == 2
    assert finished.document["ok"] is False
    assert finished.document["exit_code"] == 2
    assert "nope" in finished.document["problems"][0]
    assert "nope" in finished.stderr
    assert not (tmp_path / "home").exists()


def test_every_expected_error_is_a_class_that_exists():
    for names in EXPECTED.values():
        for name in names:
            module, _, kind = name.rpartition(".")
            found = getattr(import_module(module), kind)
            assert issubclass(found, Exception)
            assert found.__module__ == module


def test_subclasses_of_an_expected_error_are_expected_too():
    class NarrowError(SettingsError):
        pass

    assert describe(NarrowError(["HOME: wrong", "START: wrong"])) == (2, ["HOME: wrong", "START: wrong"])


def test_an_interrupt_is_exit_code_130():
    assert describe(KeyboardInterrupt())[0] == 130


def test_an_unexpected_error_is_a_sentence_and_a_file_with_the_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("INCIDENT_MARTS_HOME", str(tmp_path))
    code, [sentence] = describe(ZeroDivisionError("division by zero"))
    assert code == 1
    assert sentence.startswith("ZeroDivisionError: division by zero")
    assert "Traceback" not in sentence
    details = Path(sentence.rpartition(" ")[2])
    assert "ZeroDivisionError" in details.read_text()
    details.unlink()


def test_python_dash_m_is_the_same_program(tmp_path: Path):
    started = time.monotonic()
    finished = run_command(tmp_path / "home", "--version")
    assert finished.code == 0
    assert finished.stdout.startswith("incident-marts ")
    assert time.monotonic() - started < 30
