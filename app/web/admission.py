"""Words about admission that families and the office both read: papers, methods, ages, days left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import get_locale, gettext, lazy_gettext, ngettext
from flask_babel import lazy_gettext as _l

from app.domain.academics.types import SHIFT_NAMES, Shift
from app.domain.admissions.cycles.rules import days_left, earliest_birth, latest_birth
from app.domain.admissions.types import (
    PAPER_NAMES,
    AgeRule,
    ApplicationStatus,
    DocumentKind,
    Method,
    OpenClass,
)
from app.domain.kernel.dates import Span, format_date
from app.domain.kernel.errors import N_
from app.domain.kernel.numbers import format_percent
from app.web.i18n import current_locale, digits, say, span

PAPER_WORDS: dict[DocumentKind, object] = {kind: lazy_gettext(name) for kind, name in PAPER_NAMES.items()}

SHIFT_WORDS: dict[Shift, object] = {shift: lazy_gettext(name) for shift, name in SHIFT_NAMES.items()}

METHOD_WORDS: dict[Method, object] = {
    Method.LOTTERY: _l("Lottery"),
    Method.TEST: _l("Admission test"),
    Method.MERIT: _l("Merit"),
    Method.FIRST_COME: _l("First come, first served"),
}

METHOD_SENTENCES: dict[Method, object] = {
    Method.LOTTERY: _l(
        "The seats are drawn by lot among all complete applications; it does not matter when yours comes."
    ),
    Method.TEST: _l(
        "The seats go to those who do best in the admission test; we write to you when and where it is."
    ),
    Method.MERIT: _l("The seats go by the results of the last class."),
    Method.FIRST_COME: _l("The seats go in the order in which complete applications come."),
}


def age_words(rule: AgeRule) -> str:
    """The ages a class takes, short enough for a table."""
    least = None if rule.from_months is None else span(Span(rule.from_months))
    most = None if rule.to_months is None else span(Span(rule.to_months))
    if least and most:
        return str(gettext("%(least)s to %(most)s", least=least, most=most))
    if least:
        return str(gettext("%(least)s or more", least=least))
    return str(gettext("%(most)s at most", most=most)) if most else str(gettext("any age"))


def birth_words(rule: AgeRule) -> str:
    """The days of birth a class takes, which need no counting; empty where there is no bound."""
    first, last = earliest_birth(rule), latest_birth(rule)
    if first and last:
        return say(N_("born %(first)s to %(last)s"), first=first, last=last)
    if first:
        return say(N_("born %(first)s or later"), first=first)
    return say(N_("born %(last)s or earlier"), last=last) if last else ""


def closing_words(closes_on: date, today: date) -> str:
    """How long families still have."""
    left = days_left(closes_on, today)
    if left == 0:
        return str(gettext("Today is the last day."))
    return str(ngettext("Closes in %(count)s day.", "Closes in %(count)s days.", left, count=digits(left)))


def share_words(percent: Decimal) -> str:
    """A percentage with the decimals it has."""
    places = 0 if percent == percent.to_integral_value() else 2
    return format_percent(percent / 100, current_locale(), places=places)


def cycle_words() -> dict[str, Any]:
    """What the pages that show a cycle to families need besides its places: words, by the names of the template."""
    return {
        "paper_words": PAPER_WORDS,
        "method_sentences": METHOD_SENTENCES,
        "age_words": age_words,
        "birth_words": birth_words,
        "closing_words": closing_words,
        "share_words": share_words,
        "span": span,
        "months": Span,
    }


_CHOOSING = frozenset(
    {ApplicationStatus.SUBMITTED, ApplicationStatus.UNDER_REVIEW, ApplicationStatus.SHORTLISTED}
)
_AFTERWARDS = frozenset({Method.LOTTERY, Method.TEST, Method.MERIT})
"""Methods that look at all applications together."""
_OVER = frozenset({ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN, ApplicationStatus.EXPIRED})


def next_sentences(status: ApplicationStatus, place: OpenClass | None, today: date) -> list[str]:
    """What the cycle says about what comes next and by when, in the language that is spoken now."""
    if place is None:
        return []
    closes = gettext("Applications are open until %(day)s.", day=_day(place.closes_on))
    is_open = place.closes_on >= today
    if status in _CHOOSING:
        said = [METHOD_SENTENCES[place.terms.method]] if place.terms.method else []
        if is_open:
            said = [
                closes,
                gettext("The school decides after that day.") if place.terms.method in _AFTERWARDS else "",
                *said,
            ]
        return [str(each) for each in said if each]
    if status is ApplicationStatus.ENROLLED:
        return [str(gettext("The school year begins on %(day)s.", day=_day(place.year_starts_on)))]
    return [str(closes)] if status in _OVER and is_open else []


def _day(day: date) -> str:
    return format_date(day, get_locale().language)
