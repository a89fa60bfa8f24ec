"""Files that only their owner may read: written with mode 0600 in a folder of mode 0700, checked before use.

Permissions are checked on the opened file, so what was checked is what is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from pipelines.secrets.api_key import SecretError

OTHERS = 0o077
LARGEST = 64 * 1024


def read_private(path: Path, *, owners: Collection[int] | None = None, follow_links: bool = False) -> bytes:
    """The content of a small file; raises :class:`SecretError` when others could read or replace it.

    `owners`: user ids it may belong to, by default the one that runs this process. FileNotFoundError passes
    through.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow_links else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SecretError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise SecretError(f"{path}: is not a regular file")
        _refuse_others(path, found, owners or (os.geteuid(),), wanted="600")
        content = os.read(descriptor, LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > LARGEST:
        raise SecretError(f"{path}: is larger than such a file can be")
    return content


def check_private_folder(folder: Path) -> None:
    """Raises :class:`SecretError` unless the folder belongs to this user and is closed to everyone else."""
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        raise SecretError(f"{folder}: is not a folder; remove it and run `incident-marts connect` again")
    _refuse_others(folder, found, (os.geteuid(),), wanted="700")


def write_private(path: Path, content: bytes) -> None:
    """Replace the file by one of mode 0600 in one step; its folder is made with mode 0700 if it is missing."""
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    check_private_folder(path.parent)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # The mode given to open is cut by the umask, which may be stricter than we need but never wider.
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _refuse_others(path: Path, found: os.stat_result, owners: Collection[int], wanted: str) -> None:
    if found.st_uid not in owners:
        raise SecretError(
            f"{path}: belongs to user {found.st_uid}, not to user {os.geteuid()} who runs this. Run as its owner, "
            "or give it to the right user with chown."
        )
    if found.st_mode & OTHERS:
        mode = stat.S_IMODE(found.st_mode)
        raise SecretError(
            f"{path}: has mode {mode:04o}, so other users may get at it. Close it with `chmod {wanted} {path}`; "
            "if others use this machine, make a new key in incident.io and connect again."
        )
