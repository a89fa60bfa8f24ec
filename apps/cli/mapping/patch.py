"""A changed file as a patch that `git apply` and `patch -p1` take."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

LINES = re.compile(rb"[^\n]*\n|[^\n]+\Z")
NO_ENDING = b"\n\\ No newline at end of file\n"


def unified_diff(path: Path, before: bytes, after: bytes) -> bytes:
    """The patch from `before` to `after`; empty when they are equal.

    Bytes stay bytes: byte order marks and carriage returns are part of the lines. Names are relative to
    :func:`patch_root`.
    """
    name = path.resolve().relative_to(patch_root(path)).as_posix()
    # A name with blanks ends with a tab, or patch would take the rest of the line for a date.
    name += "\t" if " " in name else ""
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        LINES.findall(before),
        LINES.findall(after),
        f"a/{name}".encode(),
        f"b/{name}".encode(),
        lineterm=b"\n",
    )
    return b"".join(line if line.endswith(b"\n") else line + NO_ENDING for line in lines)


def patch_root(path: Path) -> Path:
    """Where the patch is to be applied: the top of the git work tree, else the seed folder's parent."""
    folder = path.resolve().parent
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder.parent)
