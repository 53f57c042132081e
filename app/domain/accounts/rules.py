"""Pure rules of accounts."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from datetime import timedelta

from app.domain.accounts.types import LinkPurpose, PasswordCommon, PasswordPersonal, PasswordTooShort
from app.domain.kernel.access import KEPT_LIFETIME, SESSION_LIFETIMES, STAFF_ROLES, Lifetime, Role
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.phones import PhoneError, normalise_mobile

PASSWORD_MIN = 8
PASSWORD_MAX = 128

SEEN_EVERY = timedelta(minutes=5)
"""How often it is written down that a device is in use: once in this time, and not at every page."""

_FEW = 4
"""Fewer different characters than this are no password, however long: 11111111, abababab."""

_LOOKALIKES = str.maketrans("@43105$7", "aaeiosst")
_LOOSE_ENDS = "0123456789 !?.,*#_-"


def normalise_password(password: str) -> str:
    """The same password from every keyboard: NFKC, because the same letter can be typed in several ways."""
    return unicodedata.normalize("NFKC", password)


def fold_password(password: str) -> str:
    """What is left to guess of a password: small letters, marks and 0-9, as the list of common ones is written."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", password).casefold())
    return "".join(
        char for char in to_ascii_digits(text) if char.isalnum() or unicodedata.category(char)[0] == "M"
    )


def is_common(password: str, listed: Collection[str]) -> bool:
    """Whether a password is a listed one, also in disguise, a mobile number, or hardly more than one character.

    Capitals, gaps and signs, a few digits in front or behind, and digits in place of letters are no disguise.
    """
    bare = fold_password(password)
    if len(set(bare)) < _FEW or _is_mobile(bare):
        return True
    spelled = fold_password(normalise_password(password).casefold().strip(_LOOSE_ENDS).translate(_LOOKALIKES))
    core = bare.strip(_LOOSE_ENDS)
    guesses = {bare}
    if len(bare) - len(core) <= _FEW:
        guesses |= {core, spelled}
    return not guesses.isdisjoint(listed)


def _is_mobile(text: str) -> bool:
    try:
        return bool(normalise_mobile(text))
    except PhoneError:
        return False


def is_personal(password: str, own: Iterable[str | None]) -> bool:
    """Whether a password is the owner's name, number or address, or what stands before its @."""
    bare = fold_password(password)
    known: set[str] = set()
    for text in filter(None, own):
        whole = fold_password(text)
        known |= {
            whole,
            fold_password(text.partition("@")[0]),
            whole.removeprefix("88"),
            whole.removeprefix("880"),
        }
    return bare in known


def check_password(password: str, listed: Collection[str] = (), own: Iterable[str | None] = ()) -> str:
    """Accept 8 to 128 characters of any script and any composition, and return them as they are hashed.

    `listed` are the common ones, `own` is what people know of the owner. Raises PasswordTooShort (also for
    too long ones: one rule, one sentence), PasswordCommon, PasswordPersonal.
    """
    if len(password) > PASSWORD_MAX:
        raise PasswordTooShort
    password = normalise_password(password)
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise PasswordTooShort
    if is_personal(password, own):
        raise PasswordPersonal
    if listed and is_common(password, listed):
        raise PasswordCommon
    return password


def session_lifetime(roles: Collection[Role], *, keep: bool) -> Lifetime:
    """How long a sign-in lasts: the shortest of what each role allows.

    Only families may stay signed in for months; a phone is often shared, so not unless they ask.
    """
    if keep and roles and STAFF_ROLES.isdisjoint(roles):
        return KEPT_LIFETIME
    allowed = [SESSION_LIFETIMES[role] for role in roles or Role]
    return Lifetime(min(each.idle for each in allowed), min(each.absolute for each in allowed))


def link_lifetime(purpose: LinkPurpose) -> timedelta:
    """How long a one-time link works: an invitation a fortnight, because mail is read late; a reset one hour."""
    return timedelta(days=14) if purpose is LinkPurpose.INVITATION else timedelta(hours=1)


def looks_like_email(identifier: str) -> bool:
    """Whether what was typed into the sign-in field is meant as an e-mail address."""
    return "@" in identifier


def clean_code(typed: str) -> str:
    """A code as it was shown or sent: any digits, without the gap in the middle."""
    return "".join(to_ascii_digits(typed).split()).replace("-", "")


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
