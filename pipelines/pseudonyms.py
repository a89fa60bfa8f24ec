"""Pseudonyms of people: the same salted hashes that the marts carry when `pii_mode` is `hashed`.

SQL makes the pseudonyms that are published (`dbt_project/macros/pseudonyms.sql`). This is the counterpart for what
never passes through SQL: a name that somebody looks for, and addresses inside messages.
"""

from __future__ import annotations

import hashlib
import re

LENGTH = 16
ADDRESS = re.compile(r"[^\s@<>()\[\]{},;:\"'`]+@[^\s@<>()\[\]{},;:\"'`]+\.[^\s@<>()\[\]{},;:\"'`.]+")


def pseudonym(text: str, salt: str) -> str:
    """The pseudonym of a name or e-mail address; equal for texts that are equal once trimmed and case folded."""
    return hashlib.sha256((salt + text.strip().casefold()).encode()).hexdigest()[:LENGTH]


def without_addresses(text: str, salt: str) -> str:
    """The text with every e-mail address in it replaced by its pseudonym."""
    return ADDRESS.sub(lambda found: pseudonym(found.group(), salt), text)
