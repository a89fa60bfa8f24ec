"""Which team a text most likely means: equal names first, then names that look alike."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from pipelines.seeds.schema import fold

CERTAIN = 100.0
# A text that only shares its words with a name is worth less than one that reads the same.
SHARED_WORDS = 0.9
# What incident.io calls a team besides its name.
ALIASES = ("alias", "former_name", "external_id", "incident_io_team_id", "catalog_entry_id")
NAMES = ("team_name", "incident_io_name")


@dataclass(frozen=True)
class TeamName:
    """A name or id of a team; `kind` as in `dim_team_names`."""

    team_id: str
    kind: str
    name: str


@dataclass(frozen=True)
class Match:
    """A team found for a text: how (exact, folded, alias or fuzzy), how sure (0 to 100), by which of its names."""

    team_id: str
    method: str
    score: float
    name: str


class TeamMatcher:
    """Finds teams by text among given names."""

    def __init__(self, names: Iterable[TeamName]) -> None:
        self._certain: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._similar: dict[str, dict[str, str]] = defaultdict(dict)
        for name in sorted(names, key=lambda name: (name.team_id, name.kind, name.name)):
            if name.kind in NAMES:
                self._certain["exact", name.name.strip()].setdefault(name.team_id, name.name)
                self._certain["folded", fold(name.name)].setdefault(name.team_id, name.name)
                self._similar[simplified(name.name)].setdefault(name.team_id, name.name)
            elif name.kind in ALIASES:
                self._certain["alias", fold(name.name)].setdefault(name.team_id, name.name)
        self._similar.pop("", None)

    def match(self, text: str, min_score: float, with_fuzzy: bool = True) -> Match | None:
        """The team that the text means by the strongest method that finds any; None when that finds several."""
        for method, key in (("exact", text.strip()), ("folded", fold(text)), ("alias", fold(text))):
            if found := self._certain.get((method, key)):
                return _only(found, method, CERTAIN)
        return self._fuzzy(text, min_score) if with_fuzzy else None

    def _fuzzy(self, text: str, min_score: float) -> Match | None:
        scores = similarities(simplified(text), list(self._similar), min_score)
        best = max(scores.values(), default=0.0)
        found: dict[str, str] = {}
        for name, score in scores.items():
            if score == best:
                for team_id, shown in self._similar[name].items():
                    found.setdefault(team_id, shown)
        return _only(found, "fuzzy", round(best, 1))


def similarities(text: str, names: Sequence[str], min_score: float) -> dict[str, float]:
    """How alike a simplified text is to each name, 0 to 100, where at least `min_score`.

    The better of two figures: the same letters with the words in any order, and, worth less, the words that both
    share.
    """
    scores: dict[str, float] = {}
    if not text:
        return scores
    for scorer, worth in ((fuzz.token_sort_ratio, 1.0), (fuzz.token_set_ratio, SHARED_WORDS)):
        cutoff = min_score / worth
        if cutoff <= CERTAIN:
            for name, score, _ in process.extract(text, names, scorer=scorer, score_cutoff=cutoff, limit=None):
                scores[name] = max(scores.get(name, 0.0), score * worth)
    return scores


def simplified(text: str) -> str:
    """The words of a text without case, accents and punctuation: what two spellings of one name share."""
    letters = "".join(
        character
        for character in unicodedata.normalize("NFKD", fold(text))
        if not unicodedata.combining(character)
    )
    return " ".join(re.findall(r"\w+", letters.replace("_", " ")))


def _only(found: dict[str, str], method: str, score: float) -> Match | None:
    if len(found) != 1:
        return None
    [(team_id, name)] = found.items()
    return Match(team_id, method, score, name)
