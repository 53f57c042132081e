"""The words of draws."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.domain.admissions.lottery.rules import GENERAL, WAITING
from app.domain.admissions.lottery.types import DrawState, DrawView
from app.web.i18n import local_plain

STATE_WORDS: dict[DrawState, tuple[str, str, object]] = {
    DrawState.FIXED: ("info", "lock", _l("List fixed")),
    DrawState.ANNOUNCED: ("info", "clock", _l("Announced")),
    DrawState.DRAWN: ("ok", "check", _l("Drawn")),
    DrawState.CANCELLED: ("mute", "ban", _l("Cancelled")),
}
"""(kind of badge, icon, word)."""


def quota_words(draw: DrawView, code: str) -> str:
    """What a code of the list stands for."""
    return next((local_plain(each.name) for each in draw.quotas if each.code == code), code)


def place_words(draw: DrawView, place: str | None) -> str:
    """What came out for a ticket."""
    if place == WAITING:
        return str(gettext("on the waiting list"))
    if place == GENERAL:
        return str(gettext("a seat for everybody"))
    return str(gettext("a seat of the quota “%(name)s”", name=quota_words(draw, place or "")))
