"""Words about offers that families and the office both read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from app.domain.admissions.offers.types import OfferState
from app.web.i18n import digits, moment

OFFER_WORDS: dict[OfferState, tuple[str, str, object]] = {
    OfferState.OPEN: ("info", "wait", _l("Waiting for an answer")),
    OfferState.ACCEPTED: ("ok", "check", _l("Place accepted")),
    OfferState.ENROLLED: ("ok", "home", _l("Enrolled")),
    OfferState.DECLINED: ("mute", "ban", _l("Place declined")),
    OfferState.EXPIRED: ("mute", "clock", _l("No answer in time")),
    OfferState.WITHDRAWN: ("mute", "ban", _l("Taken back")),
}
"""(kind of badge, icon, word)."""

_EVENT_WORDS: Mapping[str, object] = {
    "made": _l("Place offered"),
    "declined": _l("Place declined"),
    "expired": _l("No answer in time"),
    "draft_ended": _l("Not sent in time"),
}


def offer_event_word(details: Mapping[str, Any]) -> object | None:
    """What a line of a history says that is about an offer; None for another, and where the state says it."""
    return _EVENT_WORDS.get(details.get("offer", ""))


def working_words(working: Mapping[str, Any]) -> str:
    """How a place of an order came about: the time of sending, or whatever numbers it was made from."""
    if isinstance(working.get("at"), str):
        return moment(datetime.fromisoformat(working["at"]))
    return " · ".join(digits(value) for value in working.values() if isinstance(value, str | int))
