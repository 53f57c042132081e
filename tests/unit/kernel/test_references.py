"""Application references and student numbers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.references import (
    MAX_NUMBER,
    ReferenceError_,
    check_digit,
    make_reference,
    make_student_no,
    parse_reference,
    parse_student_no,
)

years = st.integers(2000, 2099)
numbers = st.one_of(st.integers(1, 99_999), st.integers(1, MAX_NUMBER))
kinds = st.sampled_from([(make_reference, parse_reference), (make_student_no, parse_student_no)])
Kind = tuple[Callable[[int, int], str], Callable[[str], str]]


def test_a_reference_looks_as_documented() -> None:
    assert make_reference(2026, 42) == "SA26-00042-7"
    assert make_student_no(2026, 42) == "S26-00042-4"
    assert make_reference(2026, 123456).startswith("SA26-123456-")


def test_the_check_digit_of_the_published_example() -> None:
    assert check_digit("572") == 4
    assert check_digit("5724") == 0


@pytest.mark.parametrize(
    "typed",
    [
        "sa26-00042-7",
        "SA26000427",
        " SA 26 00042 7 ",
        "SA২৬-০০০৪২-৭",
        "SA26–00042–7",
        "ＳＡ26-00042-7",
        "\u200eSA26-00042-7",
    ],
)
def test_a_reference_is_understood_however_it_is_typed(typed: str) -> None:
    assert parse_reference(typed) == "SA26-00042-7"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("42", "malformed"),
        ("SA26-0042-7", "malformed"),
        ("SA26-00000-0", "malformed"),
        ("SA26-012345-6", "malformed"),
        ("S26-00042-4", "malformed"),
        ("26-00042-7", "malformed"),
        ("SA26-00042-7\x00", "malformed"),
        ("SA26-00042-8", "check_digit"),
        ("SA26-00024-7", "check_digit"),
        ("SA26-00042-6", "check_digit"),
    ],
)
def test_what_is_no_reference_is_refused_with_a_reason(typed: str, code: str) -> None:
    with pytest.raises(ReferenceError_) as refused:
        parse_reference(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("year", "number"), [(1999, 1), (2100, 1), (2026, 0), (2026, -1), (2026, MAX_NUMBER + 1)]
)
def test_no_reference_is_made_out_of_range(year: int, number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        make_reference(year, number)


@given(kinds, years, numbers, st.sampled_from(["en", "bn"]))
def test_what_was_made_is_read_back(kind: Kind, year: int, number: int, locale: str) -> None:
    make, parse = kind
    made = make(year, number)
    assert parse(made) == made
    assert parse(to_local_digits(made.replace("-", " ").lower(), locale)) == made


@given(kinds, years, numbers, st.data())
def test_one_wrong_digit_is_always_found(kind: Kind, year: int, number: int, data: st.DataObject) -> None:
    make, parse = kind
    made = make(year, number)
    at = data.draw(st.sampled_from([at for at, char in enumerate(made) if char.isdigit()]))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != made[at]]))
    with pytest.raises(ReferenceError_):
        parse(made[:at] + wrong + made[at + 1 :])


@given(kinds, years, numbers, st.data())
def test_two_swapped_neighbours_are_always_found(
    kind: Kind, year: int, number: int, data: st.DataObject
) -> None:
    make, parse = kind
    made = make(year, number)
    letters = made.rstrip("0123456789-")
    digits = made.removeprefix(letters).replace("-", "")
    at = data.draw(st.integers(0, len(digits) - 2))
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    if swapped != digits:
        with pytest.raises(ReferenceError_):
            parse(letters + swapped)


@given(years, numbers)
def test_an_applications_digits_are_never_a_students(year: int, number: int) -> None:
    with pytest.raises(ReferenceError_):
        parse_student_no(make_reference(year, number).replace("SA", "S"))


@given(st.one_of(st.text(), st.from_regex(r"[sS][aA]?[0-9০-৯]{8,10}")))
def test_any_text_is_a_reference_or_a_reference_error(text: str) -> None:
    for parse in (parse_reference, parse_student_no):
        try:
            assert parse(parse(text)) == parse(text)
        except ReferenceError_ as error:
            assert error.code in ReferenceError_.messages
