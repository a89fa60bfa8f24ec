"""Which team a text means: equal names, then aliases, then names that look alike; none where there is a choice."""

from __future__ import annotations

import pytest

from apps.cli.mapping.matching import Match, TeamMatcher, TeamName, simplified

NAMES = [
    TeamName("pay", "team_name", "Payments"),
    TeamName("pay", "incident_io_name", "Zahlungen & Co"),
    TeamName("pay", "alias", "Billing"),
    TeamName("road", "team_name", "Straßenbau"),
    TeamName("secure", "team_name", "Sécurité"),
    TeamName("support", "team_name", "Customer Support"),
    TeamName("platform", "team_name", "Data Platform"),
    TeamName("platform", "external_id", "dp-1"),
    TeamName("twin-1", "team_name", "Twins"),
    TeamName("twin-2", "team_name", "Twins"),
    TeamName("billing-2", "team_name", "Billing Ops"),
]
MATCHER = TeamMatcher(NAMES)


def found(text: str, min_score: float = 85) -> Match | None:
    return MATCHER.match(text, min_score)


@pytest.mark.parametrize(
    ("text", "team_id", "method"),
    [
        ("Payments", "pay", "exact"),
        (" Payments ", "pay", "exact"),
        ("PAYMENTS", "pay", "folded"),
        ("STRASSENBAU", "road", "folded"),
        ("zahlungen & co", "pay", "folded"),
        ("billing", "pay", "alias"),
        ("DP-1", "platform", "alias"),
        ("Paymets", "pay", "fuzzy"),
        ("Payments team", "pay", "fuzzy"),
        ("support, customer", "support", "fuzzy"),
        ("customer-support", "support", "fuzzy"),
        ("customer_support", "support", "fuzzy"),
        ("Securite", "secure", "fuzzy"),
    ],
)
def test_a_text_finds_its_team_by_the_strongest_method(text: str, team_id: str, method: str) -> None:
    match = found(text)
    assert match is not None
    assert (match.team_id, match.method) == (team_id, method)
    assert match.score == 100 if method != "fuzzy" else 85 <= match.score <= 100


@pytest.mark.parametrize("text", ["Twins", "twins", "Twin", "", "  ", "!!", "Third party", "IT", "Pay"])
def test_a_choice_or_a_faint_likeness_is_no_match(text: str) -> None:
    assert found(text) is None


def test_shared_words_are_worth_less_than_the_same_letters() -> None:
    shared, same = found("Payments of the world"), found("Paymentss")
    assert shared is not None
    assert same is not None
    assert shared.score == 90 < same.score


def test_a_lower_score_finds_more_and_a_higher_one_less() -> None:
    assert found("Custom Supplies", 60) is not None
    assert found("Custom Supplies", 85) is None
    assert found("Payments team", 95) is None
    assert MATCHER.match("Paymets", 85, with_fuzzy=False) is None


def test_an_equal_name_of_two_teams_is_not_passed_on_to_weaker_methods() -> None:
    matcher = TeamMatcher([TeamName("a", "team_name", "Core"), TeamName("b", "team_name", "CORE")])
    assert matcher.match("Core", 0) == Match("a", "exact", 100, "Core")
    assert matcher.match("core", 0) is None


def test_simplified_texts_lose_case_accents_and_punctuation() -> None:
    assert simplified("  Tri & Centres Québec ") == "tri centres quebec"
    assert simplified("straße_1") == "strasse 1"
