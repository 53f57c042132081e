"""Words about admission that families and the office both read: papers, methods, ages, days left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import g
from flask_babel import get_locale, gettext, lazy_gettext, ngettext
from flask_babel import lazy_gettext as _l

from app.domain.academics.types import SHIFT_NAMES, Shift
from app.domain.admissions.cycles.rules import days_left, earliest_birth, latest_birth
from app.domain.admissions.cycles.types import CycleView
from app.domain.admissions.papers.queries import find_own_papers
from app.domain.admissions.papers.rules import files_for
from app.domain.admissions.papers.types import PaperDetails
from app.domain.admissions.types import (
    PAPER_NAMES,
    AgeRule,
    ApplicationStatus,
    DocumentKind,
    Method,
    OpenClass,
)
from app.domain.files.types import PAPERS, PICTURES, FileKind
from app.domain.kernel.dates import Span, format_date
from app.domain.kernel.errors import N_
from app.domain.kernel.numbers import format_percent
from app.web.i18n import current_locale, digits, local_plain, say, span

_BUILT_IN_WORDS: dict[str, object] = {kind: lazy_gettext(name) for kind, name in PAPER_NAMES.items()}


class _PaperWords(Mapping[str, object]):
    """What any paper is called. Goes through those that come with the product; a campus's own are looked up."""

    def __getitem__(self, kind: str) -> object:
        if kind in _BUILT_IN_WORDS:
            return _BUILT_IN_WORDS[kind]
        own = own_papers().get(kind)
        return local_plain(own.name) if own else gettext("Documents")

    def __iter__(self) -> Iterator[str]:
        return iter(_BUILT_IN_WORDS)

    def __len__(self) -> int:
        return len(_BUILT_IN_WORDS)


PAPER_WORDS = _PaperWords()


def own_papers() -> dict[str, PaperDetails]:
    """The kinds of papers that campuses have added, by code; read once for each answer."""
    if "own_papers" not in g:
        g.own_papers = find_own_papers()
    found: dict[str, PaperDetails] = g.own_papers
    return found


_FILE_WORDS: dict[frozenset[FileKind], object] = {
    PICTURES: _l("JPEG or PNG"),
    PAPERS: _l("JPEG, PNG or PDF"),
}


def files_taken(kind: DocumentKind) -> tuple[object, str]:
    """(words, content types) of the files that a paper may be."""
    kinds = files_for(kind, None if kind.is_built_in else own_papers().get(kind))
    return _FILE_WORDS.get(kinds, "PDF"), ",".join(each.value for each in FileKind if each in kinds)


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


def cycle_title(cycle: CycleView) -> str:
    """What the office calls a cycle: its year and campus, and before them the name of the intake where it has one."""
    year, campus = digits(cycle.year_name), local_plain(cycle.campus_name)
    if cycle.details.name:
        name = local_plain(cycle.details.name)
        return str(gettext("%(name)s, admission %(year)s, %(campus)s", name=name, year=year, campus=campus))
    return str(gettext("Admission %(year)s, %(campus)s", year=year, campus=campus))


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


def counted_words(rule: AgeRule) -> str:
    """On which days the age of a child is counted."""
    if rule.from_on == rule.to_on:
        return say(N_("The age is counted on %(day)s."), day=rule.from_on)
    return say(
        N_("The lowest age is counted on %(first)s, the highest on %(last)s."),
        first=rule.from_on,
        last=rule.to_on,
    )


def terms_apart(places: Sequence[OpenClass]) -> dict[str, bool]:
    """Whether the classes of one cycle differ: in what applying costs, how seats are given, the days of ages."""
    asking = [place.age for place in places if place.age.asks]
    return {
        "fee": len({place.terms.fee for place in places}) > 1,
        "method": len({place.terms.method for place in places}) > 1,
        "days": len({(age.from_on, age.to_on) for age in asking}) > 1,
    }


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
        "counted_words": counted_words,
        "terms_apart": terms_apart,
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
