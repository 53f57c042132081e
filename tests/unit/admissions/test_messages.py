"""Names in braces become values, and nothing else happens to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.messages.rules import check_words, fill, names_in
from app.domain.admissions.messages.types import KINDS, NameMissing, StrayBrace, UnknownName, Words
from app.domain.kernel.errors import Refused
from app.domain.outbox.types import Channel

OFFERED = KINDS["application.offered"]
NAMES = ("child", "reference", "reason", "link")


@given(st.dictionaries(st.sampled_from(NAMES), st.text(min_size=1), min_size=4))
def test_a_value_goes_in_as_it_is_and_is_not_looked_at_again(values: dict[str, str]) -> None:
    words = Words("{reference}", "a {child} b {link} c {reason} d {reference} e")
    filled = fill(words, values)
    assert filled.subject == values["reference"]
    assert filled.body == "a {} b {} c {} d {} e".format(
        *(values[name] for name in ("child", "link", "reason", "reference"))
    )


def test_a_paragraph_with_what_families_need_stays_where_another_name_is_empty() -> None:
    words = Words("", "Peace,\n\nthe reason: {reason}\n\n{reason} Answer by {day}: {link} {reference}")
    values = {"reason": "", "day": "Friday", "link": "there", "reference": "R"}
    assert fill(words, values, OFFERED.must).body == "Peace,\n\n Answer by Friday: there R"


@given(st.text(alphabet=st.sampled_from("{}ab.[]!:0 childreference_")), st.sampled_from(list(Channel)))
def test_whatever_passes_names_only_what_the_message_knows(body: str, channel: Channel) -> None:
    try:
        check_words(OFFERED, channel, Words("", body))
    except Refused:
        return
    assert set(names_in(body)) <= set(OFFERED.may_by(channel)) and "reference" in names_in(body)
    assert not set("{}") & set(fill(Words("", body), dict.fromkeys(NAMES, "x")).body)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("{reference} {child.__class__}", UnknownName),
        ("{reference} {child!r:>99999}", UnknownName),
        ("{reference} {0}", UnknownName),
        ("{reference} {}", UnknownName),
        ("{reference} {phone}", UnknownName),
        ("{reference} {{child}}", StrayBrace),
        ("{reference} {child", StrayBrace),
        ("{child}", NameMissing),
    ],
)
def test_what_a_message_cannot_hold_is_refused(body: str, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        check_words(OFFERED, Channel.MAIL, Words("", body))


def test_no_text_message_names_the_child() -> None:
    with pytest.raises(UnknownName):
        check_words(OFFERED, Channel.SMS, Words("", "{reference} {child}"))


def test_a_paragraph_about_nothing_is_left_out() -> None:
    words = Words("", "Dear family of {child},\n\nthe reason: {reason}\n\n{reference}")
    values = {"child": "Raiyan", "reference": "SA26-00042-7", "reason": ""}
    assert fill(words, values).body == "Dear family of Raiyan,\n\nSA26-00042-7"
