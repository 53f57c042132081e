"""What families are told of a day, in their language: a text of one part where the name allows it, or a mail."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale, gettext

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
