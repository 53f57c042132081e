"""Marks as they are typed, what several come to, and the order they make: over random classes too."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.scores.rules import (
    fill_seats,
    import_mark,
    is_away,
    mean_mark,
    parse_criteria,
    parse_mark,
    points_of,
    rank,
    read_rows,
    settle,
    working_of,
)
from app.domain.admissions.scores.types import (
    Answer,
    BadRubric,
    Criterion,
    Entrant,
    ImportLine,
    MarkError,
    Outcome,
    PartDetails,
    PartKind,
    SlotDetails,
    SlotView,
    Standing,
    TieBy,
    TieRule,
    Why,
)
from app.domain.kernel.texts import LocalText
from app.integrations.tables import Limits, read_text

D = Decimal
TEST, VIVA = UUID(int=1), UUID(int=2)
ONE, TWO, THREE = UUID(int=11), UUID(int=12), UUID(int=13)
SENT = datetime(2026, 11, 1, tzinfo=UTC)
PARTS = {
    TEST: PartDetails(LocalText("Test"), PartKind.TEST, D(60), D(70), pass_mark=D(20)),
    VIVA: PartDetails(LocalText("Viva"), PartKind.VIVA, D(20), D(30)),
}
REFERENCES = ("SA26-00001-3", "SA26-00002-1")


def entrant(number: int, test: str, viva: str = "10", **more: object) -> Entrant:
    outcomes = {TEST: Outcome(Standing.GIVEN, D(test)), VIVA: Outcome(Standing.GIVEN, D(viva))}
    found = Entrant(UUID(int=number), f"SA26-{number:05}", date(2016, 1, 1), SENT, outcomes)
    return replace(found, **more)  # type: ignore[arg-type]  # the caller names fields of an entrant


# --- marks


@pytest.mark.parametrize(
    ("typed", "mark"),
    [("67", "67"), (" ৬৭.৫ ", "67.5"), ("٦٧٫٢٥", "67.25"), ("67,5", "67.5"), ("0", "0"), ("", None)],
)
def test_a_mark_is_read_in_any_digits(typed: str, mark: str | None) -> None:
    assert parse_mark(typed, D(100)) == (None if mark is None else D(mark))


@pytest.mark.parametrize(
    ("typed", "code"), [("-3", "shape"), ("6.125", "shape"), ("1e3", "shape"), ("101", "most")]
)
def test_what_is_no_mark_is_refused(typed: str, code: str) -> None:
    with pytest.raises(MarkError) as caught:
        parse_mark(typed, D(100))
    assert caught.value.code == code


def test_absent_is_a_word_and_not_a_nought() -> None:
    assert is_away("AB.") and is_away("অনুপস্থিত") and is_away("غائب") and not is_away("0") and not is_away("")


def test_a_rubric_is_a_name_and_its_most_marks_on_each_line() -> None:
    assert parse_criteria("Reading: aloud: ১০\n\nHandwriting:5.5") == (
        Criterion("Reading: aloud", D(10)),
        Criterion("Handwriting", D("5.5")),
    )
    for wrong in ("Reading", "Reading: many", ": 5", "Reading: 0"):
        with pytest.raises(BadRubric):
            parse_criteria(wrong)


def test_a_mean_is_rounded_half_up() -> None:
    assert mean_mark([D(7), D("7.01")]) == D("7.01") and mean_mark([D(1), D(1), D(2)]) == D("1.33")


# --- several who mark


def test_a_part_waits_for_everybody_who_marks_it() -> None:
    assert settle({ONE: Answer(D(8))}, {ONE, TWO}, set(), D(3)).standing is Standing.WAITING
    assert settle({ONE: Answer(D(8)), TWO: Answer(D(9))}, {ONE, TWO}, set(), D(3)) == Outcome(
        Standing.GIVEN, D("8.50")
    )
    assert settle({}, set(), set(), None).standing is Standing.WAITING
    assert settle({None: Answer(D(8))}, set(), set(), None).mark == 8


def test_marks_that_lie_apart_wait_for_a_third_look_where_somebody_is_named_for_it() -> None:
    two = {ONE: Answer(D(4)), TWO: Answer(D(9))}
    assert settle(two, {ONE, TWO}, set(), D(3)) == Outcome(Standing.GIVEN, D("6.50"), apart=True)
    assert settle(two, {ONE, TWO}, {THREE}, D(3)) == Outcome(Standing.WAITING, apart=True)
    three = {**two, THREE: Answer(D(8))}
    assert settle(three, {ONE, TWO}, {THREE}, D(3)) == Outcome(Standing.GIVEN, D("7.00"))


def test_absent_for_all_is_absent_and_absent_for_one_is_looked_at() -> None:
    away = Answer(None, absent=True)
    assert settle({ONE: away, TWO: away}, {ONE, TWO}, set(), None) == Outcome(Standing.ABSENT)
    assert settle({ONE: away, TWO: Answer(D(5))}, {ONE, TWO}, set(), None).apart


# --- the order


def test_the_score_is_the_sum_of_what_the_list_shows() -> None:
    assert points_of(D(37), PARTS[TEST]) == D("43.1667")
    line = rank(PARTS, (), [entrant(1, "37", "13.5")]).lines[0]
    assert line.score == D("43.1667") + D("20.2500")
    assert working_of(line, PARTS) == {
        "score": "63.4167",
        "parts": [
            {"name": {"en": "Test"}, "mark": "37", "full": "60", "weight": "70", "points": "43.1667"},
            {"name": {"en": "Viva"}, "mark": "13.5", "full": "20", "weight": "30", "points": "20.2500"},
        ],
    }


def test_who_has_no_place_is_told_why() -> None:
    away = entrant(1, "50", outcomes={TEST: Outcome(Standing.ABSENT)})
    waits = entrant(2, "50", outcomes={TEST: Outcome(Standing.GIVEN, D(50))})
    low = entrant(3, "19.99")
    order = rank(PARTS, (), [low, waits, away, entrant(4, "20")])
    assert [line.application_id.int for line in order.lines] == [4]
    assert [(each.application_id.int, each.why, each.part_id) for each in order.unranked] == [
        (1, Why.ABSENT, TEST),
        (2, Why.WAITING, VIVA),
        (3, Why.BELOW, TEST),
    ]


def test_equal_scores_are_set_apart_by_the_first_rule_that_differs() -> None:
    # 6 marks of the test weigh what 14/3 of the viva weigh: 24 + 14 and 30 + 9 1/3 come to the same.
    parts = {**PARTS, VIVA: replace(PARTS[VIVA], weight=D(20))}
    one, other = entrant(1, "24", "17"), entrant(2, "30", "10")
    assert rank(parts, (), [one, other]).lines[0].score == rank(parts, (), [one, other]).lines[1].score
    by_viva = rank(parts, [TieRule(TieBy.YOUNGER), TieRule(TieBy.PART, VIVA)], [one, other])
    assert [line.application_id.int for line in by_viva.lines] == [1, 2]
    assert {line.tie for line in by_viva.lines} == {TieRule(TieBy.PART, VIVA)}
    earlier = replace(other, submitted_at=SENT - timedelta(hours=1))
    by_time = rank(parts, [TieRule(TieBy.EARLIER), TieRule(TieBy.PART, VIVA)], [one, earlier])
    assert [line.application_id.int for line in by_time.lines] == [2, 1]
    by_reference = rank(parts, [TieRule(TieBy.OLDER)], [other, one])
    assert [line.application_id.int for line in by_reference.lines] == [1, 2]
    assert by_reference.lines[0].tie == TieRule(TieBy.REFERENCE)


marks = st.decimals(0, 60, places=2)
RULES = st.lists(
    st.sampled_from(
        [TieRule(TieBy.PART, VIVA), TieRule(TieBy.EARLIER), TieRule(TieBy.YOUNGER), TieRule(TieBy.OLDER)]
    ),
    max_size=4,
    unique=True,
)


@st.composite
def classes(draw: st.DrawFn) -> list[Entrant]:
    found = []
    for number in range(1, draw(st.integers(2, 9)) + 1):
        outcomes = {}
        for part_id, most in ((TEST, 60), (VIVA, 20)):
            standing = draw(st.sampled_from([*[Standing.GIVEN] * 6, Standing.ABSENT, Standing.WAITING]))
            # Few different marks, so that many scores are equal.
            mark = D(draw(st.integers(0, 4)) * most) / 4 if standing is Standing.GIVEN else None
            outcomes[part_id] = Outcome(standing, mark)
        born = date(2016, 1, draw(st.integers(1, 3)))
        sent = SENT + timedelta(hours=draw(st.integers(0, 2)))
        found.append(Entrant(UUID(int=number), f"SA26-{number:05}", born, sent, outcomes))
    return found


@given(classes(), RULES, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_who_is_read_first(
    entrants: list[Entrant], ties: list[TieRule], chance: random.Random
) -> None:
    shuffled = list(entrants)
    chance.shuffle(shuffled)
    assert rank(PARTS, ties, entrants) == rank(PARTS, ties, shuffled)


@given(classes(), RULES)
def test_everybody_has_one_place_or_one_reason_and_the_higher_score_is_first(
    entrants: list[Entrant], ties: list[TieRule]
) -> None:
    order = rank(PARTS, ties, entrants)
    named = [each.application_id for each in (*order.lines, *order.unranked)]
    assert sorted(named, key=str) == sorted((each.application_id for each in entrants), key=str)
    assert [line.rank for line in order.lines] == list(range(1, len(order.lines) + 1))
    scores = [line.score for line in order.lines]
    assert scores == sorted(scores, reverse=True)
    assert all((scores.count(line.score) > 1) == (line.tie is not None) for line in order.lines)
    assert all(line.score == sum(share.points for share in line.shares) for line in order.lines)


@given(classes(), RULES, st.integers(0, 8), st.sampled_from([TEST, VIVA]), marks)
def test_more_marks_never_make_a_place_worse(
    entrants: list[Entrant], ties: list[TieRule], at: int, part_id: UUID, more: Decimal
) -> None:
    one = entrants[at % len(entrants)]
    before = {line.application_id: line.rank for line in rank(PARTS, ties, entrants).lines}
    mark = one.outcomes[part_id].mark
    if mark is None or one.application_id not in before:
        return
    raised = {**one.outcomes, part_id: Outcome(Standing.GIVEN, min(mark + more, PARTS[part_id].full_marks))}
    better = [replace(each, outcomes=raised) if each is one else each for each in entrants]
    after = {line.application_id: line.rank for line in rank(PARTS, ties, better).lines}
    assert after[one.application_id] <= before[one.application_id]


@given(st.lists(marks, min_size=1, max_size=6))
def test_a_mean_lies_between_the_marks_and_keeps_two_decimals(given_marks: list[Decimal]) -> None:
    mean = mean_mark(given_marks)
    assert min(given_marks) <= mean <= max(given_marks)
    assert mean == mean_mark(given_marks[::-1]) and mean.as_tuple().exponent == -2


# --- files of marks


def lines_of(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """The lines of a file, as it is read before its marks are understood."""
    return [(row.line, row.cells) for row in read_text(text, Limits()).rows]


def test_a_file_of_marks_is_read_with_any_delimiter_and_its_faults_are_named() -> None:
    text = f"\ufeffReference;Mark\r\n{REFERENCES[0]};৫৫.৫\n{REFERENCES[1]};AB\n{REFERENCES[0]};3\nsomething;4\n\n"
    rows = read_rows(lines_of(text), D(60))
    assert [(row.line, row.answer, row.problem is None) for row in rows] == [
        (2, Answer(D("55.5")), True),
        (3, Answer(None, absent=True), True),
        (4, None, False),
        (5, None, False),
    ]
    pasted = read_rows(lines_of(f"{REFERENCES[0]}\t61\n{REFERENCES[1]}\t"), D(60))
    assert [row.problem for row in pasted] == ["This is not a mark of this part.", "There is no mark."]


def test_an_import_is_known_again_until_something_of_it_differs() -> None:
    row = read_rows([(1, (REFERENCES[0], "5"))], D(60))[0]
    assert import_mark([ImportLine(row)]) == import_mark([ImportLine(row)])
    assert import_mark([ImportLine(row)]) != import_mark([ImportLine(row, version=1)])


# --- seats


@given(st.lists(st.integers(1, 5), max_size=4), st.sets(st.integers(1, 5)), st.integers(0, 12))
def test_no_seat_is_given_twice_and_nobody_waits_while_one_is_free(
    sizes: list[int], taken_first: set[int], waiting: int
) -> None:
    slots = [
        SlotView(UUID(int=n), TEST, 1, SlotDetails(SENT, SENT, LocalText("Hall"), size), 0)
        for n, size in enumerate(sizes)
    ]
    taken = {slots[0].id: taken_first} if slots else {}
    people = [UUID(int=100 + n) for n in range(waiting)]
    given_seats = fill_seats(slots, taken, people)
    places = [(slot, number) for _, slot, number in given_seats]
    assert len(set(places)) == len(places)
    free = sum(sizes) - (len({n for n in taken_first if n <= sizes[0]}) if sizes else 0)
    assert len(given_seats) == min(free, waiting)
    assert not any(slot in taken and number in taken[slot] for slot, number in places)
