"""What one run works with, made ready in the order that keeps a wrong start harmless.

Seeds are validated, the key is found and the account compared before anything is written; then the warehouse is
locked for the whole run. The same preparation serves the command line and runs that Dagster starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestration.dbt_vars import known_vars
from orchestration.manifest import seeds_copy
from orchestration.progress import Progress, SilentProgress
from pipelines.pseudonyms import without_addresses
from pipelines.secrets import find_api_key
from pipelines.seeds import DEFAULT_ROOT_TEAM_ID, Seeds, load_seeds, published_team_ids
from pipelines.settings import SHORTEST_SALT, Settings, SettingsError
from pipelines.warehouse import run_lock

if TYPE_CHECKING:
    from orchestration.dbt_build import BuildResults
    from pipelines.incident_io.client import Client
    from pipelines.incident_io.report import ExtractReport
    from pipelines.publish import Published
    from pipelines.restatements import Restated


class MissingKeyError(Exception):
    """No API key was found and the demo was not asked for (exit code 2)."""


@dataclass
class Run:
    """Values and results of one run; the stages fill in what they did."""

    settings: Settings
    seeds: Seeds | None = None
    client: Client | None = None
    progress: Progress = field(default_factory=SilentProgress)
    dbt_vars: dict[str, Any] = field(default_factory=dict)
    full_refresh: bool = False
    is_pii_hashed: bool = False
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    warnings: list[str] = field(default_factory=list)
    extracted: ExtractReport | None = None
    built: BuildResults | None = None
    restated: Restated | None = None
    published: Published | None = None
    stage_seconds: dict[str, float] = field(default_factory=dict)

    def told_warnings(self) -> list[str]:
        """The warnings as they may be printed and stored: without e-mail addresses where people are pseudonyms."""
        salt = self.settings.pii_salt
        if not self.is_pii_hashed or salt is None:
            return list(self.warnings)
        return [without_addresses(warning, salt) for warning in self.warnings]

    @property
    def rules(self) -> dict[str, Any]:
        """The reporting variables of this run: those of the project, overridden by the run's own."""
        return {**known_vars(), **self.dbt_vars}

    def connected(self) -> Client:
        """The client; reading the API was announced when the run was prepared."""
        if self.client is None:
            raise RuntimeError("this run was prepared without the API")
        return self.client


def validated_seeds(settings: Settings, dbt_vars: dict[str, Any] | None = None) -> Seeds:
    """The seed files of the settings; raises SeedsError with every problem in them.

    Teams that incident.io knows count as known once they were published; until then a seed may name any team.
    """
    return load_seeds(
        settings.seeds,
        account_team_ids=published_team_ids(settings.marts),
        root_team_id=root_team_id(dbt_vars or {}),
    )


def root_team_id(dbt_vars: dict[str, Any]) -> str:
    """Id of the team above all teams, with these variables over the defaults of dbt_project.yml."""
    return str({**known_vars(), **dbt_vars}.get("root_team_id") or DEFAULT_ROOT_TEAM_ID)


def require_salt(settings: Settings, dbt_vars: dict[str, Any] | None = None) -> bool:
    """Whether people are published under pseudonyms; raises SettingsError when so and there is no salt."""
    is_hashed = {**known_vars(), **(dbt_vars or {})}["pii_mode"] == "hashed"
    if is_hashed and not settings.pii_salt:
        raise SettingsError(
            [
                "INCIDENT_MARTS_PII_SALT: not set, and pii_mode is hashed. Set it to a secret text of at least "
                f"{SHORTEST_SALT} characters (`openssl rand -base64 32` makes one) and keep it: another salt "
                "gives other pseudonyms."
            ]
        )
    return is_hashed


def connect(settings: Settings) -> Client:
    """A client whose key works and belongs to the account of this home.

    Raises :class:`MissingKeyError`, AccountMismatchError, or one of the API errors; writes nothing but the
    identity of the account on the first run.
    """
    from pipelines.incident_io.account import check_account
    from pipelines.incident_io.client import Client

    key = find_api_key(settings)
    if key is None:
        raise MissingKeyError(how_to_connect(settings))
    client = Client(settings.api_url, key.value)
    check_account(client, settings.home)
    return client


def how_to_connect(settings: Settings) -> str:
    """What a person does who has given no key."""
    return (
        f"No incident.io API key was found for {settings.api_url}. Run `incident-marts connect`, or set "
        "INCIDENT_IO_API_KEY in the environment or in .env (see .env.example), or use --demo to work with the "
        "demo account."
    )


@contextmanager
def prepared(
    settings: Settings,
    *,
    needs_api: bool,
    progress: Progress | None = None,
    dbt_vars: dict[str, Any] | None = None,
    full_refresh: bool = False,
) -> Iterator[Run]:
    """A run that may start: seeds valid, key found and account checked (when the API is read), warehouse locked.

    Raises SettingsError, SeedsError, :class:`MissingKeyError`, AccountMismatchError, ApiError or
    WarehouseBusyError; up to the lock nothing was written.
    """
    is_hashed = require_salt(settings, dbt_vars)
    seeds = validated_seeds(settings, dbt_vars)
    client = connect(settings) if needs_api else None
    with run_lock(settings.home):
        seeds.write_normalised(seeds_copy(settings))
        yield Run(
            settings=settings,
            seeds=seeds,
            client=client,
            progress=progress or SilentProgress(),
            dbt_vars=dbt_vars or {},
            full_refresh=full_refresh,
            is_pii_hashed=is_hashed,
            warnings=list(seeds.warnings),
        )
