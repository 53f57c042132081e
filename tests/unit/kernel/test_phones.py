"""Mobile numbers of Bangladesh."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.phones import PhoneError, format_mobile, mask_mobile, normalise_mobile

mobiles = st.from_regex(r"\+8801[3-9][0-9]{8}", fullmatch=True)


@pytest.mark.parametrize(
    "typed",
    [
        "01712345678",
        "01712-345678",
        "+8801712345678",
        "8801712345678",
        "008801712345678",
        "+88 01712 345678",
        "(+88) 01712.345678",
        "০১৭১২-৩৪৫৬৭৮",
        "+৮৮০১৭১২৩৪৫৬৭৮",
        "٠١٧١٢٣٤٥٦٧٨",
        "\u200e+880\u00a01712\u2011345678\u202c",
    ],
)
def test_one_number_however_it_is_typed(typed: str) -> None:
    assert normalise_mobile(typed) == "+8801712345678"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("my phone", "letters"),
        ("0171234567x", "letters"),
        ("01712345678/01812345678", "letters"),
        ("01712345678 01812345678", "too_long"),
        ("01712345678\x00", "letters"),
        ("+", "letters"),
        ("1712345678²", "letters"),
        ("0", "too_short"),
        ("0171234567", "too_short"),
        ("+880171234567", "too_short"),
        ("017123456789", "too_long"),
        ("01112345678", "not_mobile"),
        ("01212345678", "not_mobile"),
        ("029123456", "not_mobile"),
        ("1712345678", "not_mobile"),
        ("+971501234567", "not_mobile"),
        ("+01712345678", "not_mobile"),
    ],
)
def test_what_is_no_mobile_number_is_refused_with_a_reason(typed: str, code: str) -> None:
    with pytest.raises(PhoneError) as refused:
        normalise_mobile(typed)
    assert refused.value.code == code


def test_numbers_are_shown_as_people_say_them() -> None:
    assert format_mobile("+8801712345678", "en") == "01712-345678"
    assert format_mobile("+8801712345678", "ar") == "01712-345678"
    assert format_mobile("+8801712345678", "bn") == "০১৭১২-৩৪৫৬৭৮"
    assert format_mobile("02-9123456", "bn") == "02-9123456"


def test_a_masked_number_keeps_its_ends_only() -> None:
    assert mask_mobile("+8801712345678", "en") == "017**-***678"
    assert mask_mobile("+8801712345678", "bn") == "০১৭**-***৬৭৮"
    assert mask_mobile("+8801712345678", "ar") == "\u200e017**-***678"
    assert mask_mobile("02-9123456", "en") == "***"


@given(mobiles, st.sampled_from(["en", "bn", "ar"]))
def test_a_shown_number_reads_back_as_itself(mobile: str, locale: str) -> None:
    assert normalise_mobile(mobile) == mobile
    assert normalise_mobile(format_mobile(mobile, locale)) == mobile


@given(
    mobiles,
    st.sampled_from(["", "+88", "88", "0088"]),
    st.sampled_from(["", " ", "-"]),
    st.sampled_from(["en", "bn"]),
)
def test_prefixes_gaps_and_digits_do_not_matter(mobile: str, prefix: str, gap: str, locale: str) -> None:
    assert normalise_mobile(to_local_digits(prefix + gap + gap.join(mobile[3:]), locale)) == mobile


@given(st.one_of(st.text(), st.text(alphabet="+0123456789০১৭ -")))
def test_any_text_is_a_mobile_number_or_a_phone_error(text: str) -> None:
    try:
        assert re.fullmatch(r"\+8801[3-9][0-9]{8}", normalise_mobile(text))
    except PhoneError as error:
        assert error.code in PhoneError.messages
