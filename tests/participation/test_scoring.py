from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.participation.scoring import THRESHOLD, Match, Person, certain, rank, score

AMINATA = Person("Diallo", "Aminata", "0012345")
name = st.text("abcdeéèïôüçœ'- ", min_size=1, max_size=12)
number = st.none() | st.sampled_from(["0012345", "12345", "777", "+33612345678", "ML61-1"])
birth = st.none() | st.sampled_from([date(2005, 1, 1), date(2006, 2, 2)])
people = st.builds(Person, name, name, number, birth)

UNACCENTED = str.maketrans("éèïôüç", "eeiouc")


def rewritten(person: Person) -> Person:
    return replace(
        person, last_name=person.first_name.upper(), first_name=person.last_name.translate(UNACCENTED).upper()
    )


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (Person("DIALLO", "aminata", " 0012345 "), Match(100, ("same-number", "same-words"))),
        (Person("Aminata", "Diallo", "0012345"), Match(98, ("same-number", "same-words-other-order"))),
        (Person("Diallo", "Aminata Fatou", "0012345"), Match(84, ("same-number", "one-word-less"))),
        (Person("Durand", "Léa", "0012345"), Match(50, ("same-number",), ("same-number-other-name",))),
        (Person("Diallo", "Aminata", "12345"), Match(94, ("same-words",), ("number-without-leading-zeros",))),
        (Person("Durand", "Léa", "12345"), Match(46, (), ("number-without-leading-zeros",))),
        (Person("Diallo", "Aminata", "777"), Match(66, ("same-words",), ("other-number",))),
        (Person("Diallo", "Aminata"), Match(86, ("same-words",))),
        (Person("Dialo", "Aminatta"), Match(62, ("close-spelling",))),
        (Person("Diallo Ba", "Aminata Fatou"), Match(66, ("words-included",))),
        (Person("Diallo", ""), Match(50, ("one-word-in-common",))),
        (Person("Durand", "Léa"), None),
        (Person("Diallo", "Moussa", "777"), None),
        (Person("Diallo", "", "777"), None),
    ],
)
def test_score_tells_its_reasons_and_warnings(candidate: Person, expected: Match | None) -> None:
    assert score(AMINATA, candidate) == expected


def test_a_word_more_is_said_from_the_participants_side() -> None:
    longer = Person("Diallo", "Aminata Fatou", None)
    assert score(longer, AMINATA) == Match(70, ("one-word-more",))


def test_birth_dates_raise_and_lower_but_never_make_or_unmake_certainty() -> None:
    born = replace(AMINATA, number=None, birth_date=date(2005, 1, 1))
    other = replace(born, birth_date=date(2006, 2, 2))
    assert score(born, born) == Match(91, ("same-words", "same-birth-date"))
    assert score(born, other) == Match(71, ("same-words",), ("other-birth-date",))
    numbered = replace(born, number="0012345")
    assert score(numbered, replace(other, number="0012345")) == Match(
        100, ("same-number", "same-words"), ("other-birth-date",)
    )


def test_an_external_id_that_is_no_number_counts_for_nothing() -> None:
    phone = replace(AMINATA, number="+33612345678")
    assert not certain(phone, phone)
    assert score(phone, phone) == Match(86, ("same-words",))


def test_certain_needs_the_number_and_every_word() -> None:
    assert certain(AMINATA, Person("aminata", "DIALLO", "0012345"))
    assert not certain(AMINATA, replace(AMINATA, number="12345"))
    assert not certain(AMINATA, replace(AMINATA, number=None))
    assert not certain(AMINATA, replace(AMINATA, first_name="Aminata Fatou"))
    assert not certain(Person("-", "", "1"), Person("'", "", "1"))


@given(people, people)
def test_certain_is_symmetric(a: Person, b: Person) -> None:
    assert certain(a, b) == certain(b, a)


@given(people, people)
def test_accents_case_and_order_change_no_certainty(a: Person, b: Person) -> None:
    assert certain(rewritten(a), b) == certain(a, b) == certain(a, rewritten(b))


@given(people.filter(lambda person: person.number in ("0012345", "777")))
def test_a_person_rewritten_is_certainly_the_same(person: Person) -> None:
    assert certain(person, rewritten(person)) == any(c.isalpha() for c in person.last_name + person.first_name)


@given(people, people)
def test_95_and_more_means_certain(a: Person, b: Person) -> None:
    match = score(a, b)
    assert (match is not None and match.score >= 95) == certain(a, b)
    assert match is None or THRESHOLD <= match.score <= 100


@given(people, people.map(lambda person: replace(person, number="0012345")))
def test_the_same_number_is_always_proposed(a: Person, b: Person) -> None:
    for typed, reason in (("0012345", True), ("12345", False)):
        match = score(replace(a, number=typed), b)
        assert match is not None
        assert (match.reasons[:1] == ("same-number",)) == reason
        assert ("number-without-leading-zeros" in match.warnings) != reason


def test_rank_gives_the_best_first_and_warns_of_namesakes() -> None:
    candidates = [
        ("spelling", Person("Dialo", "Aminata")),
        ("namesake", Person("DIALLO", "Aminata", "777")),
        ("nobody", Person("Durand", "Léa", "1")),
        ("herself", Person("Diallo", "Aminata", "0012345")),
        ("included", Person("Diallo", "Aminata Fatou", "888")),
    ]
    ranked = rank(AMINATA, candidates)
    assert [key for key, _ in ranked] == ["herself", "spelling", "namesake"]
    assert [match.warnings for _, match in ranked] == [("namesake",), (), ("other-number", "namesake")]
    assert [key for key, _ in rank(AMINATA, candidates, limit=1)] == ["herself"]


@given(people, st.lists(people, max_size=8))
def test_rank_is_ordered_and_limited(participant: Person, others: list[Person]) -> None:
    ranked = rank(participant, list(enumerate(others)))
    scores = [match.score for _, match in ranked]
    assert scores == sorted(scores, reverse=True)
    assert len(ranked) == min(3, sum(score(participant, other) is not None for other in others))


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        (("DArc", "Jeanne"), ("D’Arc", "Jeanne")),
        (("D Arc", "Jeanne"), ("D'Arc", "Jeanne")),
        (("Jeanne", "Darc"), ("D’Arc", "Jeanne")),
        (("Lefevre Martin", "Anne-Lise"), ("Lefèvre-Martin", "Annelise")),
    ],
)
def test_a_name_is_the_same_without_its_apostrophe_or_hyphen(typed: tuple[str, str], known: tuple[str, str]) -> None:
    found = score(Person(*typed), Person(*known))
    assert found
    assert found.reasons[0] in ("same-words", "same-words-other-order")
    assert certain(Person(*typed, "12345"), Person(*known, "12345"))


def test_who_sat_there_at_that_minute_is_told_from_a_namesake() -> None:
    asked, two = Person("Diallo", "Awa"), [("a", Person("Diallo", "Awa")), ("b", Person("Diallo", "Awa"))]
    assert [match.warnings for _, match in rank(asked, two)] == [("namesake",), ("namesake",)]
    (first, there), (_, other) = rank(asked, two, seated=["b"])
    assert (first, there.score, there.reasons, there.warnings) == ("b", 92, ("same-words", "same-workshop"), ())
    assert other.warnings == ("namesake",)
    both = rank(asked, two, seated=["a", "b"])
    assert [match.warnings for _, match in both] == [("namesake",), ("namesake",)]


def test_a_match_confirmed_before_is_nearly_certain_and_never_automatic() -> None:
    asked = Person("Kamara Jo", "Ibrahim", "12350")
    ((_, found),) = rank(asked, [("a", Person("Kamara", "Ibrahim"))], confirmed=["a"])
    assert (found.score, found.reasons[-1]) == (94, "confirmed-before")
    ((_, none),) = rank(asked, [("a", Person("Kamara", "Ibrahim"))])
    assert none.score == 70
