"""Adds rows at the end of a seed file without touching a byte of what is there."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path


class SeedChangedError(Exception):
    """The file is no longer what the rows were added to; nothing was written (exit code 1)."""


def with_rows(content: bytes, rows: Sequence[dict[str, str]]) -> bytes:
    """`content`, the bytes of a valid seed file, with rows (cells by column name) behind them.

    A byte order mark, the order of the columns and the line endings are the file's own; columns that a row does
    not give stay empty. A last line without an ending gets one.
    """
    if not rows:
        return content
    text = content.decode("utf-8-sig")
    header = [cell.strip() for cell in next(row for row in csv.reader(io.StringIO(text, newline="")) if any(row))]
    ending = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    buffer = io.StringIO(newline="")
    csv.DictWriter(buffer, header, lineterminator=ending).writerows(rows)
    closed = content if content.endswith(b"\n") else content + ending.encode()
    return closed + buffer.getvalue().encode()


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Makes the file hold `after` in one step, keeping its mode; a link keeps pointing at its file.

    Raises :class:`SeedChangedError` when it does not hold `before` any more.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, part)
        if target.read_bytes() != before:
            raise SeedChangedError(
                f"{path} was changed meanwhile by somebody else; nothing was written, try again"
            )
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
