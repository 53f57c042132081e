"""The form as data: what is read is what was written, what is asked follows from what was answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.academics.types import Shift
from app.domain.admissions.forms import rules
from app.domain.admissions.forms.rules import (
    ALWAYS_OPTIONAL,
    CORE,
    DEFAULT_FORM,
    NEEDED,
    asked_keys,
    check_definition,
    clean_answer,
    dump_definition,
    find_lacks,
    kept_answers,
    merged,
    move_field,
    move_page,
    parse_definition,
    same_choices,
)
from app.domain.admissions.forms.types import (
    BadAnswer,
    BadDefinition,
    Choice,
    Condition,
    FieldKind,
    FormDefinition,
    FormField,
    FormPage,
    Lack,
)
from app.domain.admissions.rules import find_gaps
from app.domain.admissions.types import PAPER_NAMES, DocumentKind, Step
from app.domain.kernel.errors import InvalidValue
from app.domain.kernel.texts import LocalText
from tests.unit.admissions.test_rules import full, view

ALL = LocalText("Question", "প্রশ্ন", "سؤال")
YES_NO = FormField("sibling", FieldKind.YES_NO, ALL, required=True)
DEPENDS = FormField("which", FieldKind.LINE, ALL, required=True, condition=Condition("sibling", ("yes",)))
OFFICE = FormField("rating", FieldKind.NUMBER, ALL, office_only=True)

words = st.text("abcdefgh ক", min_size=1, max_size=8).map(lambda text: " ".join(text.split()) or "x")
texts = st.builds(LocalText, words, words, words)
kinds = st.sampled_from([kind for kind in FieldKind if kind is not FieldKind.CORE])


@st.composite
def forms(draw: Callable[..., Any]) -> FormDefinition:
    """A form with a few own fields among the core ones, on its pages in some order."""
    fields: list[FormField] = [
        field for field in DEFAULT_FORM.fields if field.key in NEEDED or draw(st.booleans())
    ]
    deciding = ["gender", "relationship"]
    for number in range(draw(st.integers(0, 5))):
        kind = draw(kinds)
        choices: tuple[Choice, ...] = ()
        if kind in (FieldKind.ONE, FieldKind.SEVERAL):
            choices = tuple(Choice(f"c{n}", draw(texts)) for n in range(draw(st.integers(2, 4))))
        condition = None
        if draw(st.booleans()):
            source = draw(st.sampled_from(deciding))
            known = next(field for field in fields if field.key == source)
            offered = rules.answers_offered(known) or ()
            condition = Condition(source, tuple(draw(st.sets(st.sampled_from(offered), min_size=1))))
        field = FormField(
            f"q{number}",
            kind,
            draw(texts),
            draw(texts),
            draw(st.booleans()),
            draw(st.booleans()),
            condition,
            choices,
        )
        fields.insert(draw(st.integers(0, len(fields))), field)
        if rules.can_decide(field):
            deciding.append(field.key)
    cuts = sorted(draw(st.lists(st.integers(0, len(fields)), max_size=4)))
    bounds = [0, *cuts, len(fields)]
    return FormDefinition(
        tuple(
            FormPage(f"p{n}", draw(texts), tuple(fields[start:end]))
            for n, (start, end) in enumerate(pairwise(bounds))
        )
    )


@given(forms())
def test_what_is_read_is_what_was_written(form: FormDefinition) -> None:
    assert parse_definition(dump_definition(form)) == form


@given(forms(), st.integers(0, 70), st.booleans())
def test_a_move_loses_nothing_and_its_way_back_undoes_it(form: FormDefinition, place: int, up: bool) -> None:
    key = form.fields[place % len(form.fields)].key
    moved = move_field(form, key, up=up)
    assert sorted(field.key for field in moved.fields) == sorted(field.key for field in form.fields)
    assert moved == form or move_field(moved, key, up=not up) == form
    page = form.pages[place % len(form.pages)].key
    other = move_page(form, page, up=up)
    assert {each.key: each for each in other.pages} == {each.key: each for each in form.pages}
    assert other == form or move_page(other, page, up=not up) == form


@given(forms(), st.data())
def test_a_question_is_asked_exactly_where_its_condition_holds(form: FormDefinition, data: Any) -> None:
    answers = {
        field.key: data.draw(st.sampled_from([None, *(rules.answers_offered(field) or ())]))
        for field in form.fields
        if rules.can_decide(field) and field.key != "seat"
    }
    asked = asked_keys(form, answers)
    order = [field.key for field in form.fields]
    for field in form.fields:
        rule = field.condition
        holds = rule is None or (
            rule.field in asked
            and order.index(rule.field) < order.index(field.key)
            and answers[rule.field] in rule.values
        )
        assert (field.key in asked) == (holds and not field.office_only)


@given(forms(), st.data())
def test_what_was_not_asked_is_dropped_and_what_is_no_answer_too(form: FormDefinition, data: Any) -> None:
    own = {
        field.key: data.draw(st.sampled_from(["yes", "c0", ["c1"], 3, None, "x"])) for field in form.fields
    }
    core = {"gender": "male", "relationship": data.draw(st.sampled_from(["mother", "father"]))}
    kept = kept_answers(form, core, own)
    asked = asked_keys(form, {**own, **core})
    assert kept.keys() <= asked - {*CORE}
    for key, value in kept.items():
        field = form.field(key)
        assert field and clean_answer(field, value) == value and not field.office_only


@given(st.sets(st.sampled_from([*CORE])))
def test_the_gaps_of_the_default_form_are_those_it_always_had(empty: set[str]) -> None:
    columns = {
        {"seat": "class_id", "guardian_name": "guardian_name_bn"}.get(name, name): None for name in empty
    }
    optional = {"child_name_ar", "email", "previous_school", "previous_class", "quota_ids", "shift"}
    order = {
        Step.CHILD: "seat child_name_bn child_name_en born_on gender birth_registration_no",
        Step.GUARDIAN: "guardian_name relationship phone",
        Step.ADDRESS: "address district",
    }
    due = [
        (step, name) for step, names in order.items() for name in names.split() if name in empty - optional
    ]
    gaps = find_gaps(full(**columns), set(map(DocumentKind, PAPER_NAMES)), ())
    assert [(gap.step, gap.field) for gap in gaps] == due


def form_with(*fields: FormField) -> FormDefinition:
    return FormDefinition((*DEFAULT_FORM.pages, FormPage("more", ALL, fields)))


def test_a_shift_is_missing_only_where_the_class_has_several() -> None:
    assert [gap.field for gap in find_gaps(full(), set(), (), DEFAULT_FORM, tuple(Shift))] == ["shift"]
    assert find_gaps(full(), set(), ()) == []


def test_a_gap_opens_with_the_answer_that_calls_for_it() -> None:
    form = form_with(YES_NO, DEPENDS)
    gaps = [
        find_gaps(full(answers=answers), set(), (), form)
        for answers in ({}, {"sibling": "no"}, {"sibling": "yes"})
    ]
    assert [[(gap.step, gap.field) for gap in found] for found in gaps] == [
        [("more", "sibling")],
        [],
        [("more", "which")],
    ]
    assert find_gaps(view(), set(), (), form)[-1].field == "sibling"


def test_the_family_and_the_office_answer_their_own_questions_only() -> None:
    form = form_with(YES_NO, OFFICE)
    given_all = {"sibling": "yes", "rating": 5, "phone": "x", "nothing": "x"}
    assert merged(form, {}, given_all, office=False) == {"sibling": "yes"}
    assert merged(form, {"sibling": "no"}, given_all, office=True) == {"sibling": "no", "rating": 5}
    assert merged(form, {"rating": 5}, {"rating": None}, office=True) == {}
    assert "rating" not in asked_keys(form, {}) and "rating" in asked_keys(form, {}, office=True)


def bad(change: Callable[[dict[str, Any]], Any]) -> Any:
    stored = dump_definition(form_with(YES_NO, DEPENDS))
    change(stored)
    return stored


def own(stored: dict[str, Any], number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = stored["pages"][-1]["fields"][number]
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.update(more=1),
        lambda s: s.pop("pages"),
        lambda s: s["pages"].clear(),
        lambda s: s["pages"].extend([{"key": f"x{n}", "title": {}, "fields": []} for n in range(12)]),
        lambda s: s["pages"].append({"key": "review", "title": {}, "fields": []}),
        lambda s: s["pages"].append({"key": "more", "title": {}, "fields": []}),
        lambda s: s["pages"][0]["fields"].pop(0),
        lambda s: s["pages"][0]["fields"][0].update(required=False),
        lambda s: s["pages"][0]["fields"][0].update(office_only=True),
        lambda s: own(s).update(key="born_on"),
        lambda s: own(s).update(key="do"),
        lambda s: own(s).update(key="own_phone"),
        lambda s: own(s).update(key="Up"),
        lambda s: own(s).update(key="a" * 41),
        lambda s: own(s).update(key=3),
        lambda s: own(s).update(kind="core"),
        lambda s: own(s).update(kind="script"),
        lambda s: own(s).update(required="yes"),
        lambda s: own(s).update(label="x"),
        lambda s: own(s).update(label={"en": "x" * 121}),
        lambda s: own(s).update(label={"en": "a\x00b"}),
        lambda s: own(s).update(label={"de": "x"}),
        lambda s: own(s).update(choices=[{"key": "a", "label": {"en": "A"}}]),
        lambda s: own(s).update(kind="one", choices=[{"key": "a", "label": {}}]),
        lambda s: own(s).update(kind="one", choices=[{"key": "a", "label": {"en": "A"}}] * 2),
        lambda s: own(s, 1).update(condition={"field": "nothing", "values": ["yes"]}),
        lambda s: own(s, 1).update(condition={"field": "sibling", "values": []}),
        lambda s: own(s, 1).update(condition={"field": "sibling", "values": [1]}),
        lambda s: own(s, 1).update(condition={"field": "phone", "values": ["x"]}),
        lambda s: s["pages"][-1]["fields"].extend([own(s) | {"key": f"k{n}"} for n in range(60)]),
    ],
)
def test_what_is_no_form_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(BadDefinition):
        parse_definition(bad(change))


@pytest.mark.parametrize("stored", [None, [], "x", {"pages": {}}, {"pages": [None]}])
def test_what_has_another_shape_is_refused(stored: Any) -> None:
    with pytest.raises(BadDefinition):
        parse_definition(stored)


@pytest.mark.parametrize("key", sorted(NEEDED))
def test_no_form_is_without_what_the_school_needs(key: str) -> None:
    with pytest.raises(BadDefinition):
        rules.remove_field(DEFAULT_FORM, key)
    pages = tuple(
        replace(page, fields=tuple(field for field in page.fields if field.key != key))
        for page in DEFAULT_FORM.pages
    )
    with pytest.raises(BadDefinition):
        check_definition(FormDefinition(pages))


def test_the_check_list_names_what_is_missing() -> None:
    half = LocalText("Only English")
    form = FormDefinition(
        (
            *DEFAULT_FORM.pages,
            FormPage(
                "more", half, (DEPENDS, replace(YES_NO, label=half), replace(OFFICE, kind=FieldKind.YES_NO))
            ),
            FormPage(
                "last",
                ALL,
                (FormField("told", FieldKind.LINE, ALL, condition=Condition("rating", ("yes",))),),
            ),
            FormPage("nothing", ALL),
        )
    )
    assert [(lack.what, lack.page, lack.field, lack.languages) for lack in find_lacks(form)] == [
        (Lack.TITLE, "more", None, ("bn", "ar")),
        (Lack.CONDITION_LATER, "more", "which", ()),
        (Lack.LABEL, "more", "sibling", ("bn", "ar")),
        (Lack.CONDITION_OFFICE, "last", "told", ()),
        (Lack.EMPTY_PAGE, "nothing", None, ()),
    ]
    assert find_lacks(DEFAULT_FORM) == []


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (FieldKind.LINE, "  a \n b ", "a b"),
        (FieldKind.NUMBER, 0, 0),
        (FieldKind.DATE, "2026-02-01", "2026-02-01"),
        (FieldKind.PHONE, "০১৮১২-৩৪৫৬৭৮", "+8801812345678"),
        (FieldKind.NID, "১২৩৪৫৬৭৮৯০", "1234567890"),
        (FieldKind.BIRTH_REGISTRATION, "২০১৪৬১১৯৪৮৩১০৪২৭০", "20146119483104270"),
        (FieldKind.BIRTH_REGISTRATION, "2" * 16, "2" * 16),
        (FieldKind.TEXT, "", None),
    ],
)
def test_answers_are_kept_in_one_shape(kind: FieldKind, typed: Any, kept: Any) -> None:
    assert clean_answer(FormField("q", kind, ALL), typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (FieldKind.LINE, 3),
        (FieldKind.LINE, "x" * 201),
        (FieldKind.TEXT, "x" * 2001),
        (FieldKind.NUMBER, True),
        (FieldKind.NUMBER, -1),
        (FieldKind.NUMBER, 10**9),
        (FieldKind.DATE, "yesterday"),
        (FieldKind.YES_NO, "perhaps"),
        (FieldKind.SEVERAL, ["nothing"]),
        (FieldKind.PHONE, "12"),
        (FieldKind.NID, "12345"),
        (FieldKind.BIRTH_REGISTRATION, "2" * 18),
    ],
)
def test_what_is_no_answer_is_refused(kind: FieldKind, typed: Any) -> None:
    with pytest.raises(InvalidValue):
        clean_answer(FormField("q", kind, ALL), typed)
    assert issubclass(BadAnswer, InvalidValue)


def test_an_answer_keeps_its_key_while_one_of_its_labels_stays() -> None:
    first = same_choices((), [LocalText("Cow"), LocalText("Goat")])
    again = same_choices(first, [LocalText("Goat", "ছাগল"), LocalText("Hen"), LocalText("Cow")])
    assert [each.key for each in again] == ["c2", "c3", "c1"]


def test_own_keys_never_take_a_name_that_means_something() -> None:
    for name in (*CORE, "do", "version", "own_x", "review", "child", "", "1st", "ছাত্র"):
        key = rules.own_key(DEFAULT_FORM, LocalText(name))
        added = rules.add_field(DEFAULT_FORM, "child", FormField(key, FieldKind.LINE, ALL))
        assert check_definition(added).field(key)
    assert {*CORE} >= ALWAYS_OPTIONAL
