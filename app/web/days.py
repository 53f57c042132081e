"""Sentences about days at school, shared by the register and the pages of the family."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from flask import Flask
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from app.domain.academics.rules import week_days
from app.domain.attendance.rules import count_statuses
from app.domain.attendance.types import AttendanceStatus, Counts
from app.domain.kernel.dates import format_bangla_date, local_day, weekday_name
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.names import name_in
from app.web.i18n import clock, current_locale, in_language, moment

_PRESENT = AttendanceStatus.PRESENT


def _digits(number: int) -> str:
    return to_local_digits(str(number), current_locale())


def _join(parts: Sequence[str]) -> str:
    sentence = parts[0]
    for part in parts[1:]:
        sentence = str(gettext("%(first)s, %(second)s", first=sentence, second=part))
    return sentence


def days_sentence(counts: Counts) -> str:
    """`4 days present, 1 day late`; empty where nothing is recorded."""
    parts = []
    if counts.present:
        parts.append(
            ngettext(
                "%(days)s day present", "%(days)s days present", counts.present, days=_digits(counts.present)
            )
        )
    if counts.late:
        parts.append(
            ngettext("%(days)s day late", "%(days)s days late", counts.late, days=_digits(counts.late))
        )
    if counts.absent:
        parts.append(
            ngettext(
                "%(days)s day absent", "%(days)s days absent", counts.absent, days=_digits(counts.absent)
            )
        )
    if counts.excused:
        parts.append(
            ngettext(
                "%(days)s day excused", "%(days)s days excused", counts.excused, days=_digits(counts.excused)
            )
        )
    return _join(parts) if parts else ""


def stitches_sentence(stitches: tuple[AttendanceStatus | None, ...]) -> str:
    """What the stitches beside a name show, as a sentence for those who hear the page."""
    return _stitches_sentence(current_locale(), stitches)


# A class has few different weeks and a school not many more: each is put into words once a process.
@lru_cache(maxsize=4096)
def _stitches_sentence(locale: str, stitches: tuple[AttendanceStatus | None, ...]) -> str:
    if stitches and all(status is _PRESENT for status in stitches):
        return str(gettext("Last 5 days: present every day"))
    said = days_sentence(count_statuses(stitches))
    return str(
        gettext("Last 5 days: %(days)s", days=said) if said else gettext("Last 5 days: nothing recorded")
    )


def saved_time(at: datetime, on: date) -> str:
    """The time of day something was saved; with the day where that was not the day it is about."""
    return clock(at) if local_day(at) == on else moment(at)


def person_name(names: tuple[str | None, str | None, str | None]) -> Markup:
    """A name (English, Bangla, Arabic) for this reader, marked with its script where it is another than the page's."""
    if not any(names):
        return escape(gettext("the school"))
    return in_language(*name_in(current_locale(), *names))


SOURCE_WORDS: dict[str, object] = {
    "tap": _l("on a tablet"),
    "form": _l("on the form"),
    "leave": _l("by approved leave"),
    "check_in": _l("checked in"),
    "import": _l("imported"),
    "undo": _l("taken back"),
}
"""How a change of a mark came in."""


def week_heads() -> list[str]:
    """The short names of the weekdays in the order a week is read at the school."""
    return [weekday_name(day - 1, current_locale(), short=True) for day in week_days()]


def init_days(app: Flask) -> None:
    """Give templates the sentences."""
    app.jinja_env.globals.update(
        saved_time=saved_time,
        person_name=person_name,
        days_sentence=days_sentence,
        week_heads=week_heads,
        sources=SOURCE_WORDS,
        bangla_date=format_bangla_date,
    )
