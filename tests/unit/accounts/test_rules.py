"""Passwords, how long things last, and how devices are named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.accounts.rules import (
    PASSWORD_MAX,
    check_password,
    describe_device,
    link_lifetime,
    looks_like_email,
    session_lifetime,
)
from app.domain.accounts.types import LinkPurpose, PasswordTooShort
from app.domain.kernel.access import Role


@pytest.mark.parametrize("password", ["12345678", "পাসওয়ার্ড১", "كلمة السر", "x" * PASSWORD_MAX, "  spaces "])
def test_passwords_of_any_script_are_kept_as_they_are(password: str) -> None:
    assert check_password(password) == password


@pytest.mark.parametrize("password", ["", "1234567", "x" * (PASSWORD_MAX + 1)])
def test_too_short_and_too_long_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooShort):
        check_password(password)


def test_only_families_stay_signed_in_for_a_month() -> None:
    assert session_lifetime({Role.GUARDIAN}, keep=True) == timedelta(days=30)
    assert session_lifetime({Role.GUARDIAN}, keep=False) == timedelta(hours=12)
    assert session_lifetime({Role.GUARDIAN, Role.TEACHER}, keep=True) == timedelta(hours=12)
    assert session_lifetime(set(), keep=True) == timedelta(hours=12)


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
