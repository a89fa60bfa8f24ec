"""The checks of `incident-marts doctor`. None of them writes anything."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from apps.cli.demo import offline_account
from apps.cli.telling import told
from pipelines.settings import Settings, SettingsError, load_settings

OK, NOTE, PROBLEM = "ok", "note", "problem"
NEEDED_BYTES = 2_000_000_000
SUPPORTED_PYTHON = ((3, 11), (3, 14))


@dataclass(frozen=True)
class Finding:
    """One result: `status` is ok, note or problem; `fix` says what to do about it."""

    subject: str
    status: str
    message: str
    fix: str | None = None


def examine(*, demo: bool, offline: bool) -> list[Finding]:
    """Every finding, in the order a person would fix them."""
    findings = list(check_versions())
    try:
        settings = load_settings()
    except SettingsError as error:
        fix = "correct it in the environment or in .env; .env.example explains each setting"
        return [*findings, *(Finding("settings", PROBLEM, problem, fix) for problem in error.problems)]
    settings = offline_account(settings, demo=demo)
    checks: list[Callable[[Settings], Iterator[Finding]]] = [check_settings, check_seeds, check_pseudonyms]
    checks += [check_key, check_disk, check_lock, check_marts]
    if not offline:
        checks.append(check_connection)
    for check in checks:
        findings += check(settings)
    return findings


def check_versions() -> Iterator[Finding]:
    """Python, and every pinned package that is missing or another version than the one asked for."""
    from packaging.requirements import Requirement

    lowest, beyond = SUPPORTED_PYTHON
    python = ".".join(map(str, sys.version_info[:3]))
    if lowest <= sys.version_info[:2] < beyond:
        yield Finding("python", OK, python)
    else:
        yield Finding("python", PROBLEM, f"{python} is not supported", "use Python 3.11, 3.12 or 3.13")
    wrong, count = [], 0
    for text in requires("incident-marts") or []:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} is {found}, not {requirement.specifier}")
    if wrong:
        yield Finding("packages", PROBLEM, "; ".join(wrong), "make clean && make run installs the pinned versions")
    else:
        yield Finding("packages", OK, f"{count} packages, incident-marts {version('incident-marts')}")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """The values in force."""
    start = settings.start or "all history"
    yield Finding("settings", OK, f"home {settings.home}, API {settings.api_url}, start {start}")


def check_seeds(settings: Settings) -> Iterator[Finding]:
    """Every problem and warning of the seed files."""
    from orchestration.run import validated_seeds
    from pipelines.seeds import SeedsError

    try:
        seeds = validated_seeds(settings)
    except SeedsError as error:
        for problem in error.problems:
            yield Finding("seeds", PROBLEM, told(problem), f"edit the file in {settings.seeds}")
        return
    rows = sum(len(table) for table in seeds.tables.values())
    yield Finding("seeds", OK, f"{rows} rows in {len(seeds.tables)} files of {settings.seeds}")
    for warning in seeds.warnings:
        yield Finding("seeds", NOTE, told(warning))


def check_pseudonyms(settings: Settings) -> Iterator[Finding]:
    """Whether people are published by name, and whether there is a salt where they are not."""
    from orchestration.run import require_salt

    try:
        is_hashed = require_salt(settings)
    except SettingsError as error:
        yield Finding("people", PROBLEM, error.problems[0])
    else:
        yield Finding("people", OK, f"published {'under pseudonyms' if is_hashed else 'by name'}")


def check_key(settings: Settings) -> Iterator[Finding]:
    """Where the key comes from; never the key."""
    from orchestration.run import how_to_connect
    from pipelines.secrets import SecretError, find_api_key

    try:
        key = find_api_key(settings)
    except SecretError as error:
        yield Finding("key", PROBLEM, str(error), "store the key again")
        return
    if key:
        yield Finding("key", OK, f"found in {key.source}")
    elif settings.is_demo:
        yield Finding("key", OK, "the demo needs none")
    else:
        yield Finding("key", NOTE, "no API key; `run` uses the demo until there is one", how_to_connect(settings))


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Whether the home can be written and has room."""
    folder = _existing(settings.home)
    if not os.access(folder, os.W_OK):
        fix = f"give yourself the right to write there, or set INCIDENT_MARTS_HOME (user {os.getuid()})"
        yield Finding("disk", PROBLEM, f"{folder} cannot be written", fix)
        return
    free = shutil.disk_usage(folder).free
    message = f"{free / 1e9:.1f} GB free under {folder}"
    if free < NEEDED_BYTES:
        fix = "make room, or set INCIDENT_MARTS_HOME to another disk"
        yield Finding("disk", PROBLEM, f"{message}; a run wants {NEEDED_BYTES / 1e9:.0f} GB", fix)
    else:
        yield Finding("disk", OK, message)


def check_lock(settings: Settings) -> Iterator[Finding]:
    """Whether a run holds the warehouse now."""
    from pipelines.warehouse import WarehouseBusyError, run_lock

    if not settings.home.is_dir():
        yield Finding("lock", OK, "free (no run yet)")
        return
    try:
        with run_lock(settings.home, brief=True):
            yield Finding("lock", OK, "free")
    except WarehouseBusyError as error:
        yield Finding("lock", NOTE, str(error))


def check_marts(settings: Settings) -> Iterator[Finding]:
    """What is published."""
    from datetime import UTC, datetime

    if not settings.marts.exists():
        yield Finding("marts", NOTE, f"{settings.marts} does not exist yet", "incident-marts run")
        return
    written = datetime.fromtimestamp(settings.marts.stat().st_mtime, UTC)
    yield Finding("marts", OK, f"{settings.marts}, published {written:%Y-%m-%d %H:%M} UTC")


def check_connection(settings: Settings) -> Iterator[Finding]:
    """Whether the API answers and takes the key; asks for the key's identity and nothing else."""
    from pipelines.incident_io.client import Client
    from pipelines.incident_io.errors import ApiError, ApiUnreachableError, AuthenticationError
    from pipelines.incident_io.retries import ONE_ATTEMPT
    from pipelines.secrets import SecretError, find_api_key

    if settings.is_demo:
        yield Finding("connection", OK, "the demo API starts on loopback with each run")
        return
    try:
        key = find_api_key(settings)
    except SecretError:
        return
    if key is None:
        yield Finding("connection", NOTE, "not tried without a key")
        return
    try:
        identity = Client(settings.api_url, key.value, retry=ONE_ATTEMPT).identity()
    except AuthenticationError as error:
        yield Finding(
            "connection", PROBLEM, str(error), "make a new key in incident.io and run `incident-marts connect`"
        )
    except ApiUnreachableError as error:
        yield Finding("connection", PROBLEM, str(error), "check the network, a proxy, and INCIDENT_IO_API_URL")
    except ApiError as error:
        yield Finding("connection", PROBLEM, str(error))
    else:
        yield Finding("connection", OK, f"{settings.api_url} answers as {identity.get('name', 'unnamed')}")


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
