"""The procedure of admissions, without a database."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.districts import DISTRICTS, district_choices, district_name
from app.domain.admissions.forms.rules import DEFAULT_FORM, next_step, previous_step, steps_of
from app.domain.admissions.rules import (
    DECISIONS,
    ENROLLABLE,
    IN_THE_QUEUE,
    TRANSITIONS,
    check_birth_date,
    check_reason,
    check_transition,
    duplicate_reason,
    find_gaps,
    next_decisions,
    number_warnings,
    script_of,
)
from app.domain.admissions.types import (
    PAPER_NAMES,
    ApplicationStatus,
    ApplicationView,
    BornLater,
    DocumentKind,
    DuplicateReason,
    NotAllowedNow,
    NotPlausible,
    ReasonMissing,
    Step,
)
from app.web.words import APPLICATION_WORDS

ASKED = (DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PHOTO)
states = st.sampled_from(ApplicationStatus)


def view(**changes: Any) -> ApplicationView:
    values: dict[str, Any] = dict.fromkeys(ApplicationView.__dataclass_fields__)
    values |= {"id": uuid4(), "locale": "bn", "status": ApplicationStatus.DRAFT}
    return ApplicationView(**(values | changes))


def full(**changes: Any) -> ApplicationView:
    return view(
        **{
            "class_id": uuid4(),
            "child_name_bn": "রাইয়ান",
            "child_name_en": "Raiyan",
            "born_on": date(2015, 3, 14),
            "gender": "male",
            "birth_registration_no": "2" * 17,
            "guardian_name_bn": "শাহানা",
            "relationship": "mother",
            "phone": "+8801812345678",
            "address": "x",
            "district": "Dhaka",
        }
        | changes
    )


@given(states, states)
def test_a_step_is_taken_exactly_where_the_table_has_it(
    now: ApplicationStatus, to: ApplicationStatus
) -> None:
    if to in TRANSITIONS[now]:
        check_transition(now, to)
    else:
        with pytest.raises(NotAllowedNow):
            check_transition(now, to)


@given(st.lists(states, max_size=12))
def test_no_way_leads_out_of_enrolled_or_withdrawn_nor_back_to_a_draft(way: list[ApplicationStatus]) -> None:
    now = ApplicationStatus.DRAFT
    for to in way:
        if to in TRANSITIONS[now]:
            assert now not in {ApplicationStatus.ENROLLED, ApplicationStatus.WITHDRAWN}
            assert to is not ApplicationStatus.DRAFT and to is not now
            now = to


def test_every_state_is_in_the_table_and_has_its_word() -> None:
    assert set(TRANSITIONS) == set(ApplicationStatus)
    assert {state.value for state in ApplicationStatus} == set(APPLICATION_WORDS)
    assert ApplicationStatus.DRAFT not in IN_THE_QUEUE


def test_only_an_offered_or_accepted_application_becomes_a_student() -> None:
    assert {ApplicationStatus.OFFERED, ApplicationStatus.ACCEPTED} == ENROLLABLE
    assert ApplicationStatus.ENROLLED not in DECISIONS


@given(states)
def test_the_buttons_shown_are_the_decisions_allowed(now: ApplicationStatus) -> None:
    assert set(next_decisions(now)) == DECISIONS & TRANSITIONS[now]


def test_a_refusal_needs_its_reason_and_a_first_look_does_not() -> None:
    with pytest.raises(ReasonMissing):
        check_reason(ApplicationStatus.REJECTED, "")
    check_reason(ApplicationStatus.REJECTED, "No seat.")
    check_reason(ApplicationStatus.UNDER_REVIEW, "")


def test_a_whole_application_has_no_gaps() -> None:
    assert find_gaps(full(), set(map(DocumentKind, PAPER_NAMES)), ASKED) == []


@given(
    st.sampled_from(
        [
            ("class_id", "seat", Step.CHILD),
            ("child_name_bn", "child_name_bn", Step.CHILD),
            ("born_on", "born_on", Step.CHILD),
            ("guardian_name_bn", "guardian_name", Step.GUARDIAN),
            ("phone", "phone", Step.GUARDIAN),
            ("district", "district", Step.ADDRESS),
        ]
    )
)
def test_each_missing_answer_is_one_gap_on_its_page(case: tuple[str, str, Step]) -> None:
    column, name, step = case
    gaps = find_gaps(full(**{column: None}), set(map(DocumentKind, PAPER_NAMES)), ASKED)
    assert [(gap.step, gap.field) for gap in gaps] == [(step, name)]


def test_an_empty_draft_lists_its_gaps_in_the_order_of_the_form() -> None:
    steps = [gap.step for gap in find_gaps(view(), set(), ASKED)]
    assert steps == sorted(steps, key=[str(step) for step in Step].index)
    assert {*steps} == {Step.CHILD, Step.GUARDIAN, Step.ADDRESS, Step.DOCUMENTS}


def test_a_guardian_named_in_any_one_script_is_named() -> None:
    assert find_gaps(full(guardian_name_bn=None, guardian_name_ar="شاهانه"), set(), ()) == []


def test_the_pages_follow_each_other() -> None:
    assert steps_of(DEFAULT_FORM) == list(Step)
    assert [next_step(DEFAULT_FORM, step) for step in Step] == [*list(Step)[1:], Step.REVIEW]
    assert previous_step(DEFAULT_FORM, Step.CHILD) is None
    assert previous_step(DEFAULT_FORM, Step.REVIEW) == Step.DOCUMENTS
    assert next_step(DEFAULT_FORM, "gone") == Step.CHILD


def test_births_that_cannot_be_are_refused() -> None:
    today = date(2026, 11, 20)
    with pytest.raises(BornLater):
        check_birth_date(date(2026, 11, 21), today)
    with pytest.raises(NotPlausible, match="76"):
        check_birth_date(date(1950, 1, 1), today)
    check_birth_date(today, today)


def test_an_old_number_and_another_birth_year_are_warnings() -> None:
    assert len(number_warnings("1" * 16, None)) == 1
    assert len(number_warnings("2015" + "1" * 13, date(2014, 3, 14))) == 1
    assert number_warnings("2014" + "1" * 13, date(2014, 3, 14)) == [] == number_warnings(None, None)


@pytest.mark.parametrize(
    ("name", "script"),
    [("শাহানা আক্তার", "bn"), ("Md. শাহানা", "bn"), ("Shahana", "en"), ("فاطمة", "ar"), ("...", "en")],
)
def test_a_name_goes_to_the_column_of_its_script(name: str, script: str) -> None:
    assert script_of(name) == script


def test_the_strongest_reason_for_a_duplicate_is_told() -> None:
    mine = full()
    same = {"born_on": mine.born_on, "names": ["raiyan"]}
    assert duplicate_reason(mine, birth_no="2" * 17, **same) is DuplicateReason.BIRTH_NUMBER
    assert duplicate_reason(mine, birth_no=None, **same) is DuplicateReason.NAME_AND_BIRTH
    assert duplicate_reason(mine, birth_no="3" * 17, born_on=None, names=[]) is DuplicateReason.PHONE


def test_there_are_64_districts_in_the_order_of_the_reader() -> None:
    assert len(DISTRICTS) == 64
    for locale in ("bn", "en", "ar"):
        assert sorted(key for key, _ in district_choices(locale)) == sorted(DISTRICTS)
    assert district_choices("en")[0] == ("Bagerhat", "Bagerhat")
    assert district_name("Dhaka", "bn") == ("ঢাকা", "bn") and district_name("Elsewhere", "bn") == (
        "Elsewhere",
        "en",
    )
