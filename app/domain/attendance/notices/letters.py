"""What families are told of a day, in their language: a text of one part where the name allows it, or a mail."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale, gettext

from app.domain.attendance.leave.types import AnsweredCase, Span
from app.domain.attendance.notices.rules import in_one_part
from app.domain.attendance.notices.types import Word
from app.domain.kernel.dates import format_date


def text_of(word: Word, name: str, day: date, locale: str) -> str:
    """The text message."""
    with force_locale(locale):
        when = format_date(day, locale, "short")
        if word is Word.ABSENT:
            return in_one_part(
                lambda who: gettext(
                    "%(name)s is marked absent on %(day)s. Please tell us why. Smart Academy",
                    name=who,
                    day=when,
                ),
                name,
            )
        return in_one_part(
            lambda who: gettext(
                "Put right: %(name)s is not marked absent on %(day)s. Smart Academy", name=who, day=when
            ),
            name,
        )


def mail_of(word: Word, name: str, day: date, locale: str, link: str) -> tuple[str, str]:
    """Subject and text of the mail."""
    with force_locale(locale):
        when = format_date(day, locale, "weekday")
        parts = [gettext("Peace and good wishes,")]
        if word is Word.ABSENT:
            subject = gettext("%(name)s is marked absent", name=name)
            parts += [
                gettext(
                    "%(name)s is marked absent on %(day)s, and nobody has told us why.", name=name, day=when
                ),
                gettext("You can tell us here: %(link)s", link=link),
            ]
        else:
            subject = gettext("Put right: %(name)s is not marked absent", name=name)
            parts.append(
                gettext(
                    "we wrote to you that %(name)s was absent on %(day)s. That was put right: the register does not "
                    "say so any more.",
                    name=name,
                    day=when,
                )
            )
        return subject, "\n\n".join((*parts, "Smart Academy"))


def answer_text(case: AnsweredCase, name: str, locale: str) -> str:
    """The text message of an answered leave. The school's own word stands on the page: it may be long."""
    with force_locale(locale):
        days = _days(case.span, locale)
        if case.is_approved:
            return in_one_part(
                lambda who: gettext("Leave granted: %(name)s, %(days)s. Smart Academy", name=who, days=days),
                name,
            )
        return in_one_part(
            lambda who: gettext(
                "Leave not granted: %(name)s, %(days)s. The portal says why. Smart Academy",
                name=who,
                days=days,
            ),
            name,
        )


def answer_mail(case: AnsweredCase, name: str, locale: str, link: str) -> tuple[str, str]:
    """Subject and text of the mail of an answered leave."""
    with force_locale(locale):
        days = _days(case.span, locale)
        if case.is_approved:
            subject = gettext("Leave granted: %(name)s", name=name)
            said = gettext("the leave you asked for %(name)s, %(days)s, is granted.", name=name, days=days)
        else:
            subject = gettext("Leave not granted: %(name)s", name=name)
            said = gettext(
                "the leave you asked for %(name)s, %(days)s, is not granted.", name=name, days=days
            )
        word = [gettext("The school says: %(words)s", words=case.word)] if case.word else []
        seen = gettext("All your requests are here: %(link)s", link=link)
        return subject, "\n\n".join((gettext("Peace and good wishes,"), said, *word, seen, "Smart Academy"))


def _days(span: Span, locale: str) -> str:
    first, last = (format_date(day, locale, "short") for day in span)
    return first if first == last else gettext("%(first)s to %(last)s", first=first, last=last)
