"""What is written down about a failure names nobody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.outbox.rules import TEXTS_PER_DAY, mask_recipient, may_text, tidy_reason
from app.domain.outbox.types import Channel

names = st.from_regex(r"[a-z]{2,12}\.[a-z]{2,12}", fullmatch=True)
numbers = st.from_regex(r"\+8801[3-9][0-9]{8}", fullmatch=True)


@given(
    names, names, st.sampled_from(["550 5.1.1 <%s>: no such user", "551 %s moved,\r\n try b@c.example", "%s"])
)
def test_two_that_failed_alike_have_the_same_reason(one: str, other: str, said: str) -> None:
    first, second = (f"{name}@family.example" for name in (one, other))
    reason = tidy_reason(said % first, first)
    assert reason == tidy_reason(said % second, second)
    assert "@" not in reason and "\n" not in reason


@given(numbers)
def test_a_number_is_not_repeated_however_it_is_written(number: str) -> None:
    for written in (number, number[1:], f"0{number[4:8]}-{number[8:]}"):
        assert tidy_reason(f"1001: {written} is not valid", number) == "1001: … is not valid"


@given(st.text(max_size=600))
def test_a_reason_fits_and_can_be_stored(said: str) -> None:
    reason = tidy_reason(said, "x@y.example")
    assert len(reason) <= 300 and "\0" not in reason


@given(names, numbers)
def test_a_recipient_is_recognised_but_cannot_be_used(name: str, number: str) -> None:
    address = mask_recipient(Channel.MAIL, f"{name}@family.example", "en")
    assert address == f"{name[0]}***@family.example"
    assert number[7:11] not in mask_recipient(Channel.SMS, number, "en")


def test_what_is_no_address_is_hidden_altogether() -> None:
    assert mask_recipient(Channel.MAIL, "dalia", "en") == "***"
    assert mask_recipient(Channel.MAIL, "@family.example", "en") == "***"


@given(st.integers(0, 50))
def test_a_number_gets_so_many_texts_a_day(texts: int) -> None:
    assert may_text(texts) == (texts < TEXTS_PER_DAY)
