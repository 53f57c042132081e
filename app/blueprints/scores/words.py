"""The words of scores."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.domain.admissions.scores.types import Answer, PartKind, PartView, TieBy, TieRule, Why
from app.domain.kernel.numbers import format_number
from app.web.i18n import current_locale, local_plain

KIND_WORDS: dict[PartKind, object] = {
    PartKind.TEST: _l("Written test"),
    PartKind.VIVA: _l("Viva"),
    PartKind.REVIEW: _l("Review by rubric"),
    PartKind.PREVIOUS: _l("Result of the last class"),
}

WHY_WORDS: dict[Why, object] = {
    Why.WAITING: _l("a mark is missing"),
    Why.ABSENT: _l("absent"),
    Why.BELOW: _l("below the pass mark"),
}

_TIE_WORDS: dict[TieBy, object] = {
    TieBy.EARLIER: _l("the application that was sent earlier"),
    TieBy.YOUNGER: _l("the younger child"),
    TieBy.OLDER: _l("the older child"),
    TieBy.REFERENCE: _l("the lower reference"),
}


def tie_words(rule: TieRule, parts: tuple[PartView, ...] | list[PartView]) -> str:
    """What a rule for equal scores looks at, in words."""
    if rule.by is TieBy.PART:
        name = next((local_plain(part.name) for part in parts if part.id == rule.part_id), "")
        return str(gettext("the higher mark in %(part)s", part=name))
    return str(_TIE_WORDS[rule.by])


def mark_words(value: Decimal | None) -> str:
    """A mark as people write it: without decimals that say nothing."""
    if value is None:
        return ""
    return format_number(Decimal(plain_mark(value)), current_locale())


def plain_mark(value: Decimal | None) -> str:
    """A mark as it is typed."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def answer_words(answer: Answer) -> Any:
    """What one person gave: a mark, or that the child was away."""
    return gettext("absent") if answer.mark is None else mark_words(answer.mark)
