"""Passwords, how long things last, and how devices are named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.accounts.passwords import common_passwords
from app.domain.accounts.rules import (
    PASSWORD_MAX,
    SEEN_EVERY,
    check_password,
    describe_device,
    fold_password,
    is_common,
    link_lifetime,
    looks_like_email,
    normalise_password,
    session_lifetime,
)
from app.domain.accounts.types import LinkPurpose, PasswordCommon, PasswordPersonal, PasswordTooShort
from app.domain.kernel.access import KEPT_LIFETIME, SESSION_LIFETIMES, Role


@pytest.mark.parametrize(
    "password", ["নীল নৌকা", "قارب أزرق", "three odd words", "x" * PASSWORD_MAX, "  spaces "]
)
def test_passwords_of_any_script_and_composition_are_good(password: str) -> None:
    assert check_password(password) == normalise_password(password)


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    assert check_password("caf\u00e9 terrace") == check_password("cafe\u0301 terrace")


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "P@ssw0rd",
        "password123",
        "Pass-Word 1!",
        "smartacademy",
        "SmartAcademy2026",
        "12345678",
        "১২৩৪৫৬৭৮",
        "qwertyuiop",
        "1q2w3e4r5t",
        "11111111",
        "abababab",
        "--------",
        "01712-345678",
        "+8801712345678",
        "০১৭১২৩৪৫৬৭৮",
        "bangladesh1971",
        "bhalobashi",
        "ami tomake bhalobashi",
        "abdulrahman",
        "fatima1995",
        "আলহামদুলিল্লাহ",
        "পাসওয়ার্ড১",
        "كلمة السر",
        "ｐａｓｓｗｏｒｄ",
    ],
)
def test_common_passwords_are_refused_in_every_disguise(password: str) -> None:
    with pytest.raises(PasswordCommon):
        check_password(password, common_passwords())


@pytest.mark.parametrize(
    "password",
    [
        "kash-phool-2026",
        "three odd words",
        "নীল নৌকা ভাসে",
        "correct horse battery",
        "Zx81!spectrum",
        "a-new-password",
    ],
)
def test_uncommon_passwords_pass_the_list(password: str) -> None:
    assert check_password(password, common_passwords())


@given(
    st.sampled_from(sorted(filter(str.isalpha, common_passwords()))), st.text("0123456789 !.-", max_size=2)
)
def test_no_listed_word_becomes_good_by_a_tail(word: str, tail: str) -> None:
    assert is_common(word.upper() + tail, common_passwords())


def test_the_list_stands_as_passwords_are_folded() -> None:
    assert all(fold_password(word) == word for word in common_passwords())
    assert len(common_passwords()) > 3000


@pytest.mark.parametrize(
    "password", ["dalia.akter@family.example", "Dalia.Akter", "dalia akter", "ডালিয়া আক্তার", "01811 222333"]
)
def test_what_stands_on_the_envelope_is_no_password(password: str) -> None:
    own = ["Dalia Akter", "ডালিয়া আক্তার", None, "dalia.akter@family.example", "+8801811222333"]
    with pytest.raises(PasswordPersonal):
        check_password(password, common_passwords(), own)


@pytest.mark.parametrize("password", ["", "1234567", "x" * (PASSWORD_MAX + 1)])
def test_too_short_and_too_long_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooShort):
        check_password(password)


def test_only_families_stay_signed_in_for_months() -> None:
    assert session_lifetime({Role.GUARDIAN}, keep=True) == KEPT_LIFETIME
    assert session_lifetime({Role.GUARDIAN}, keep=False) == SESSION_LIFETIMES[Role.GUARDIAN]
    assert session_lifetime({Role.TEACHER}, keep=True) == SESSION_LIFETIMES[Role.TEACHER]
    assert session_lifetime({Role.GUARDIAN, Role.TEACHER}, keep=True).absolute == timedelta(hours=12)


@given(st.sets(st.sampled_from(Role), min_size=1), st.sampled_from(Role), st.booleans())
def test_one_more_role_never_lengthens_a_sign_in(roles: set[Role], more: Role, keep: bool) -> None:
    before, after = session_lifetime(roles, keep=keep), session_lifetime(roles | {more}, keep=keep)
    assert after.idle <= before.idle and after.absolute <= before.absolute


def test_no_sign_in_is_shorter_when_used_than_when_idle() -> None:
    assert set(SESSION_LIFETIMES) == set(Role)
    assert all(each.idle <= each.absolute for each in (*SESSION_LIFETIMES.values(), KEPT_LIFETIME))
    assert all(each.idle > SEEN_EVERY for each in SESSION_LIFETIMES.values())
    assert session_lifetime(set(), keep=True) == session_lifetime(set(Role), keep=False)


def test_invitations_last_longer_than_resets() -> None:
    assert link_lifetime(LinkPurpose.INVITATION) == timedelta(days=14)
    assert link_lifetime(LinkPurpose.RESET) == timedelta(hours=1)


def test_an_address_has_an_at_sign() -> None:
    assert looks_like_email("a@b") and not looks_like_email("01711000001")


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Linux; Android 12; SM-A125F) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            ("Chrome", "Android"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            ("Safari", "iPhone"),
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0",
            ("Edge", "Windows"),
        ),
        ("Opera/9.80 (Android; Opera Mini/36.2/119.132; U; bn) Presto/2.12", ("Opera Mini", "Android")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", ("Firefox", "Linux")),
        ("<script>alert(1)</script>", ("", "")),
        (None, ("", "")),
    ],
)
def test_devices_are_named_by_what_people_call_them(agent: str | None, device: tuple[str, str]) -> None:
    assert describe_device(agent) == device
