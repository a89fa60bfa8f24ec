"""The Dagster instance of a home: quiet towards the outside, one run at a time, logs in the home."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from orchestration.instance import open_instance, write_instance_config
from pipelines.settings import load_settings


def test_the_instance_reports_to_nobody_and_runs_one_thing_at_a_time(tmp_path: Path):
    settings = load_settings({"INCIDENT_MARTS_HOME": str(tmp_path / "home")}, env_file=tmp_path / "no.env")
    with open_instance(settings) as instance:
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        pools = instance.get_concurrency_config().pool_config
        assert pools.default_pool_limit == 1
        assert pools.pool_granularity.value == "run"
    config = yaml.safe_load((settings.dagster_dir / "dagster.yaml").read_text())
    handler = config["python_logs"]["dagster_handler_config"]["handlers"]["file"]
    assert Path(handler["filename"]).parent == settings.logs_dir


def test_an_unchanged_configuration_is_not_written_again(tmp_path: Path):
    settings = load_settings({"INCIDENT_MARTS_HOME": str(tmp_path / "home")}, env_file=tmp_path / "no.env")
    path = write_instance_config(settings) / "dagster.yaml"
    os.utime(path, (1, 1))
    write_instance_config(settings)
    assert path.stat().st_mtime == 1
    path.write_text("telemetry: {enabled: true}\n")
    write_instance_config(settings)
    assert "enabled: false" in path.read_text()
