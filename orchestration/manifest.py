"""dbt's manifest, prepared for the Dagster definitions: parsed only when the dbt project changed.

Parsing costs seconds and reads neither the warehouse nor the key. It writes into the home's dbt target folder,
where the build that follows finds the parse cache and need not parse again.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sysconfig
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.dbt_environment import child_environment, dbt_arguments
from pipelines.seeds import load_seeds
from pipelines.settings import DBT_PROJECT_DIR, PROJECT_ROOT, Settings

DBT = Path(sysconfig.get_path("scripts")) / "dbt"
UNREAD_FOLDERS = {"target", "logs", "dbt_packages"}


class ManifestError(Exception):
    """dbt cannot parse its project; the message is dbt's own (exit code 1)."""


def target_dir(settings: Settings) -> Path:
    """dbt's target folder of this home: parse cache, manifest and results of the last build."""
    return settings.dbt_dir / "target"


def seeds_copy(settings: Settings) -> Path:
    """The validated copy of the seeds, which is what dbt reads."""
    return settings.dbt_dir / "seeds"


def load_manifest(settings: Settings) -> dict[str, Any]:
    """The manifest of the project as it is now, parsing first when a file of it changed since the last time.

    Raises :class:`ManifestError` when dbt refuses the project.
    """
    manifest_path = target_dir(settings) / "manifest.json"
    stamp_path = target_dir(settings) / "manifest.fingerprint"
    stamp = f"{DBT_PROJECT_DIR}\n{_fingerprint()}"
    last_stamp = stamp_path.read_text() if stamp_path.exists() else ""
    if not manifest_path.exists() or last_stamp != stamp:
        if last_stamp.partition("\n")[0] != str(DBT_PROJECT_DIR):
            # dbt's parse cache holds the folder of the project, and would look for the seeds where it was before.
            (target_dir(settings) / "partial_parse.msgpack").unlink(missing_ok=True)
        _parse(settings)
        stamp_path.write_text(stamp)
    manifest: dict[str, Any] = json.loads(manifest_path.read_bytes())
    return attach_singular_tests(manifest)


def attach_singular_tests(manifest: dict[str, Any]) -> dict[str, Any]:
    """The same manifest with every singular test attached to one model, in place.

    dagster-dbt turns a test into an asset check only when it knows the one asset it belongs to; a singular test
    over several models names none. It goes to the model nearest to the end of the path, ties by name.
    """
    nodes = manifest["nodes"]
    depth = {"staging": 1, "intermediate": 2, "marts": 3}
    for node in nodes.values():
        parents = [nodes[parent] for parent in node["depends_on"].get("nodes", []) if parent in nodes]
        if node["resource_type"] != "test" or node.get("attached_node") or not parents:
            continue
        nearest = min(parents, key=lambda parent: (-depth.get(parent["fqn"][1], 0), parent["name"]))
        node.setdefault("config", {}).setdefault("meta", {}).setdefault("dagster", {})["ref"] = {
            "name": nearest["name"],
            "package": nearest["package_name"],
            "version": nearest.get("version"),
        }
    return manifest


def _parse(settings: Settings) -> None:
    target_dir(settings).mkdir(parents=True, exist_ok=True)
    if not seeds_copy(settings).is_dir():
        # Nothing was validated in this home yet; the shape of the seeds is all that parsing needs.
        load_seeds(PROJECT_ROOT / "seeds").write_normalised(seeds_copy(settings))
    command = [str(DBT), "--quiet", "--no-use-colors", "parse", *dbt_arguments(settings)]
    environment = child_environment(settings, os.environ)
    done = subprocess.run(  # noqa: S603 (our own command, no shell)
        command, cwd=DBT_PROJECT_DIR, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ManifestError(f"dbt cannot parse {DBT_PROJECT_DIR}:\n{(done.stdout + done.stderr).strip()}")


def _fingerprint() -> str:
    """Hash of everything that decides what the manifest says."""
    digest = hashlib.sha256()
    for package in ("dbt-core", "dbt-duckdb"):
        digest.update(f"{package}={version(package)}\n".encode())
    for path in _project_files():
        digest.update(f"{path}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _project_files() -> Iterator[Path]:
    yield PROJECT_ROOT / "seeds" / "_seeds.yml"
    for path in sorted(DBT_PROJECT_DIR.rglob("*")):
        if path.is_file() and not UNREAD_FOLDERS & set(path.relative_to(DBT_PROJECT_DIR).parts):
            yield path
