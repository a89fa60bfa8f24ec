"""Settings: the one place that reads the environment and the `.env` file.

Everything else receives a :class:`Settings` value. Loading reports every problem at once, by the name of the
setting, because a person fixing a deployment should not have to play twenty questions with it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"
DEMO_SEEDS_DIR = PROJECT_ROOT / "apps" / "demo_api" / "seeds"
DEFAULT_API_URL = "https://api.incident.io"

PREFIX = "INCIDENT_MARTS_"
KNOWN = (
    "INCIDENT_MARTS_HOME",
    "INCIDENT_MARTS_SEEDS",
    "INCIDENT_MARTS_AS_OF",
    "INCIDENT_MARTS_START",
    "INCIDENT_MARTS_SWEEP_DAYS",
    "INCIDENT_MARTS_CATALOG_TYPES",
    "INCIDENT_MARTS_ATTACHMENT_DAYS",
    "INCIDENT_MARTS_ATTACHMENT_REQUESTS",
    "INCIDENT_MARTS_PARTICIPANT_DAYS",
    "INCIDENT_MARTS_PARTICIPANT_REQUESTS",
    "INCIDENT_MARTS_MASTER_KEY",
    "INCIDENT_MARTS_MASTER_KEY_FILE",
    "INCIDENT_MARTS_PII_SALT",
)
EARLIEST_START = date(2000, 1, 1)
SHORTEST_SALT = 16


class SettingsError(Exception):
    """Wrong or unknown settings; `problems` holds one sentence for each (exit code 2)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """Values of one run.

    `as_of` is an aware UTC instant, fixed when the settings are loaded; `start` is a local calendar date of the
    organisation's zone or None for all history. Paths are absolute. `api_key`, `master_key` and `pii_salt` never
    appear in `repr`. `credentials_dir` is where systemd puts the unit's credentials. Every `sweep_days` days
    everything is read again; `catalog_types` are read besides the needed ones; attachments are read for the
    incidents of the last `attachment_days` days, by at most `attachment_requests` requests a run; participants
    likewise, and not at all where `participant_days` is 0.
    """

    home: Path
    seeds: Path
    as_of: datetime
    start: date | None = None
    api_url: str = DEFAULT_API_URL
    api_key: str | None = field(default=None, repr=False)
    credentials_dir: Path | None = None
    master_key: str | None = field(default=None, repr=False)
    master_key_file: Path | None = None
    pii_salt: str | None = field(default=None, repr=False)
    sweep_days: int = 7
    catalog_types: tuple[str, ...] = ()
    attachment_days: int = 90
    attachment_requests: int = 1_000
    participant_days: int = 0
    participant_requests: int = 1_000
    is_demo: bool = False

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file that runs write."""
        return self.home / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        """The published, read-only DuckDB file (a symbolic link to the newest copy)."""
        return self.home / "marts.duckdb"

    @property
    def export_dir(self) -> Path:
        """Folder of the published Parquet files."""
        return self.home / "export"

    @property
    def dlt_dir(self) -> Path:
        """dlt's working folder: state, schemas and load packages."""
        return self.home / "dlt"

    @property
    def dagster_dir(self) -> Path:
        """Dagster's instance folder."""
        return self.home / "dagster"

    @property
    def dbt_dir(self) -> Path:
        """dbt's target folder and the validated copy of the seeds."""
        return self.home / "dbt"

    @property
    def logs_dir(self) -> Path:
        """Log files of runs."""
        return self.home / "logs"

    @property
    def as_of_text(self) -> str:
        """`as_of` as RFC 3339 in UTC with microseconds, the form handed to dbt."""
        return as_text(self.as_of)

    def for_demo(self, api_url: str, api_key: str) -> Settings:
        """The same settings pointed at the demo API, its own seeds and its own home."""
        return replace(
            self,
            home=self.home / "demo",
            seeds=DEMO_SEEDS_DIR if self.seeds == PROJECT_ROOT / "seeds" else self.seeds,
            api_url=api_url,
            api_key=api_key,
            is_demo=True,
        )


def as_text(instant: datetime) -> str:
    """An aware instant as RFC 3339 in UTC with microseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """An aware UTC instant from RFC 3339 text; raises ValueError when there is no zone or it is unparseable."""
    value = datetime.fromisoformat(text.strip())
    if value.tzinfo is None:
        raise ValueError("no time zone")
    return value.astimezone(UTC)


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Settings from the environment over `.env` over defaults.

    Raises :class:`SettingsError` listing every unknown `INCIDENT_MARTS_*` name and every unparseable value.
    """
    dotenv_path = env_file or Path.cwd() / ".env"
    merged: dict[str, str] = {k: v for k, v in dotenv_values(dotenv_path).items() if v is not None}
    merged.update(os.environ if environ is None else environ)
    problems: list[str] = []

    unknown = sorted(name for name in merged if name.startswith(PREFIX) and name not in KNOWN)
    problems += [f"{name}: unknown setting; known ones are {', '.join(KNOWN)}" for name in unknown]

    def value_of(name: str) -> str | None:
        return merged.get(name, "").strip() or None

    as_of = datetime.now(UTC)
    if text := value_of("INCIDENT_MARTS_AS_OF"):
        try:
            as_of = parse_instant(text)
        except ValueError as error:
            problems.append(
                f"INCIDENT_MARTS_AS_OF: not an RFC 3339 instant such as 2026-01-31T09:00:00Z ({text!r}: {error})"
            )

    start: date | None = None
    if text := value_of("INCIDENT_MARTS_START"):
        try:
            start = date.fromisoformat(text)
        except ValueError:
            problems.append(f"INCIDENT_MARTS_START: not a date such as 2024-01-01 ({text!r})")
        else:
            # A local date can be a day ahead of UTC. A mistyped year would open centuries of weeks, or none.
            latest = as_of.date() + timedelta(days=1)
            if not EARLIEST_START <= start <= latest:
                problems.append(
                    f"INCIDENT_MARTS_START: {start} is not between {EARLIEST_START} and the day of the run,"
                    f" {as_of.date()}; check its year"
                )

    pii_salt = value_of("INCIDENT_MARTS_PII_SALT")
    if pii_salt and len(pii_salt) < SHORTEST_SALT:
        problems.append(
            f"INCIDENT_MARTS_PII_SALT: shorter than {SHORTEST_SALT} characters, so names could be found by "
            "trying; `openssl rand -base64 32` makes a good one"
        )

    def whole_number(name: str, default: int, least: int) -> int:
        text = value_of(name)
        if text is None:
            return default
        if not text.isdecimal() or int(text) < least:
            problems.append(f"{name}: not a whole number from {least} on ({text!r})")
            return default
        return int(text)

    sweep_days = whole_number("INCIDENT_MARTS_SWEEP_DAYS", 7, 1)
    attachment_days = whole_number("INCIDENT_MARTS_ATTACHMENT_DAYS", 90, 0)
    attachment_requests = whole_number("INCIDENT_MARTS_ATTACHMENT_REQUESTS", 1_000, 0)
    participant_days = whole_number("INCIDENT_MARTS_PARTICIPANT_DAYS", 0, 0)
    participant_requests = whole_number("INCIDENT_MARTS_PARTICIPANT_REQUESTS", 1_000, 0)
    named_types = (value_of("INCIDENT_MARTS_CATALOG_TYPES") or "").split(",")

    api_url = (value_of("INCIDENT_IO_API_URL") or DEFAULT_API_URL).rstrip("/")
    parts = urlsplit(api_url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        problems.append(f"INCIDENT_IO_API_URL: not an http(s) address ({api_url!r})")
    elif parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        problems.append(
            f"INCIDENT_IO_API_URL: plain http would send the key unencrypted to {parts.hostname}; use https"
        )

    home = Path(value_of("INCIDENT_MARTS_HOME") or "data").expanduser().resolve()
    seeds = Path(value_of("INCIDENT_MARTS_SEEDS") or PROJECT_ROOT / "seeds").expanduser().resolve()
    master_key_file = value_of("INCIDENT_MARTS_MASTER_KEY_FILE")
    if problems:
        raise SettingsError(problems)
    return Settings(
        home=home,
        seeds=seeds,
        as_of=as_of,
        start=start,
        api_url=api_url,
        api_key=value_of("INCIDENT_IO_API_KEY"),
        credentials_dir=Path(folder) if (folder := value_of("CREDENTIALS_DIRECTORY")) else None,
        master_key=value_of("INCIDENT_MARTS_MASTER_KEY"),
        master_key_file=Path(master_key_file).expanduser().absolute() if master_key_file else None,
        pii_salt=pii_salt,
        sweep_days=sweep_days,
        catalog_types=tuple(name.strip() for name in named_types if name.strip()),
        attachment_days=attachment_days,
        attachment_requests=attachment_requests,
        participant_days=participant_days,
        participant_requests=participant_requests,
    )
