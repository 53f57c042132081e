"""Pure rules of accounts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from app.domain.accounts.types import LinkPurpose, PasswordTooShort
from app.domain.kernel.access import Role

PASSWORD_MIN = 8
PASSWORD_MAX = 128

_FAMILY = frozenset({Role.GUARDIAN, Role.STUDENT})


def check_password(password: str) -> str:
    """Accept 8 to 128 characters of any script, unchanged.

    Raises PasswordTooShort otherwise (also for too long ones: one rule, one sentence).
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise PasswordTooShort
    return password


def session_lifetime(roles: Collection[Role], *, keep: bool) -> timedelta:
    """How long a sign-in lasts. Only families may ask for a month; a phone is often shared, so not by default."""
    if keep and roles and _FAMILY.issuperset(roles):
        return timedelta(days=30)
    return timedelta(hours=12)


def link_lifetime(purpose: LinkPurpose) -> timedelta:
    """How long a one-time link works: an invitation a fortnight, because mail is read late; a reset one hour."""
    return timedelta(days=14) if purpose is LinkPurpose.INVITATION else timedelta(hours=1)


def looks_like_email(identifier: str) -> bool:
    """Whether what was typed into the sign-in field is meant as an e-mail address."""
    return "@" in identifier


_BROWSERS = (
    ("OPR/", "Opera"),
    ("Opera Mini", "Opera Mini"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def describe_device(user_agent: str | None) -> tuple[str, str]:
    """Browser and system that a User-Agent names, by their own names; each empty where it is not known.

    It is for people to recognise their devices by, and decides nothing.
    """
    text = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    return browser, system
