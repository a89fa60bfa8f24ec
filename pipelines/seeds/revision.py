"""The seed files as they are in a git revision."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from pipelines.seeds.schema import SEED_FILES


class RevisionError(Exception):
    """The seeds of a revision cannot be had; the message says why (exit code 2)."""


def seeds_of_revision(folder: Path, revision: str, target: Path) -> str:
    """Writes the seed files that `folder` holds in `revision` into `target`; returns the commit's id.

    The work tree is not touched. A file that the revision lacks is left out, for the validation to name.
    """
    git = shutil.which("git")
    if git is None:
        raise RevisionError("git is not installed, and a revision needs it; give a folder instead")
    if not folder.is_dir():
        raise RevisionError(f"{folder} is no folder, so it is in no git work tree")

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([git, "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603

    if run("rev-parse", "--is-inside-work-tree").stdout.strip() != b"true":
        raise RevisionError(f"{folder} is in no git work tree, so it has no revisions")
    found = run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode != 0:
        raise RevisionError(f"git knows no commit {revision!r} in {folder}; fetch it first, or correct its name")
    commit = found.stdout.decode().strip()
    for seed_file in SEED_FILES:
        shown = run("show", f"{commit}:./{seed_file.file_name}")
        if shown.returncode == 0:
            (target / seed_file.file_name).write_bytes(shown.stdout)
    return commit
