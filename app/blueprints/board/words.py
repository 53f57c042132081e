"""The words of concerns."""

from __future__ import annotations

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from app.domain.attendance.concerns.types import ConcernAct, ConcernKind, ConcernView, Outcome
from app.domain.kernel.dates import weekday_name
from app.web.i18n import current_locale, digits

KIND_WORDS: dict[ConcernKind, object] = {
    ConcernKind.WEEKDAY: _l("The same weekday"),
    ConcernKind.RUN: _l("Absent in a row"),
    ConcernKind.THRESHOLD: _l("Below the limit"),
    ConcernKind.LATE: _l("Often late"),
}

OUTCOME_WORDS: dict[Outcome, object] = {
    Outcome.TALKED: _l("We talked and agreed on something"),
    Outcome.ILLNESS: _l("The child is or was ill"),
    Outcome.SUPPORT: _l("The family gets help"),
    Outcome.NOT_REACHED: _l("The family could not be reached"),
    Outcome.LEFT: _l("The child is leaving the school"),
    Outcome.NO_REASON: _l("There was nothing to it"),
}

ACT_WORDS: dict[ConcernAct, object] = {
    ConcernAct.FOUND: _l("Found"),
    ConcernAct.FOUND_AGAIN: _l("It happened again"),
    ConcernAct.GIVEN: _l("Given to somebody"),
    ConcernAct.NOTED: _l("Note"),
    ConcernAct.CLOSED: _l("Closed"),
}


def told(concern: ConcernView) -> str:
    """The pattern in a sentence, with its figures."""
    number = len(concern.days)
    match concern.kind:
        case ConcernKind.WEEKDAY:
            weekday = weekday_name(concern.days[-1].weekday(), current_locale())
            return str(
                gettext(
                    "Absent on %(weekday)s %(times)s times in a row", weekday=weekday, times=digits(number)
                )
            )
        case ConcernKind.RUN:
            return str(
                ngettext(
                    "Absent %(days)s school day in a row",
                    "Absent %(days)s school days in a row",
                    number,
                    days=digits(number),
                )
            )
        case ConcernKind.THRESHOLD:
            return str(
                gettext(
                    "Attended %(attended)s of %(taken)s days: %(percent)s %%",
                    attended=digits(concern.attended or 0),
                    taken=digits(concern.taken or 0),
                    percent=digits(100 * (concern.attended or 0) // (concern.taken or 1)),
                )
            )
        case _:
            return str(gettext("Late on %(times)s of the last 20 days", times=digits(number)))
