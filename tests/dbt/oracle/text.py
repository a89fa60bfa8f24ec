"""How names, texts and status categories compare."""

from __future__ import annotations

from tests.dbt.account import Row

CATEGORY_SPELLINGS = {"active": "live", "post-incident": "learning"}
STATUS_CLASSES = {
    **dict.fromkeys(("triage", "live", "paused"), "open"),
    **dict.fromkeys(("learning", "closed"), "resolved"),
    **dict.fromkeys(("declined", "canceled", "merged"), "void"),
}


def fold(text: str) -> str:
    """Names and texts match after trimming and Unicode case folding."""
    return text.strip().casefold()


def timestamp_key(name: str) -> str:
    """'Resolved at' and 'resolved' are one timestamp name."""
    return fold(name).removesuffix(" at")


def category_of(status: Row, statuses: dict[str, Row]) -> str:
    """The category that the account gives the status today, in the one spelling used here."""
    category = statuses.get(status["id"], status)["category"]
    return CATEGORY_SPELLINGS.get(category, category)


def status_class(category: str) -> str:
    """open, resolved, void; unknown categories belong to none of them."""
    return STATUS_CLASSES.get(category, "unknown")


def by_id(rows: list[Row]) -> dict[str, Row]:
    """Rows of a definition table by their id."""
    return {row["id"]: row for row in rows}
