"""What families read about offers and the waiting list, in the language they applied in."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale, gettext

from app.domain.academics.types import SHIFT_NAMES, Shift
from app.domain.admissions.letters import Letter
from app.domain.kernel.dates import format_date
from app.domain.kernel.digits import to_local_digits


def _letter(subject: str, *parts: str) -> Letter:
    """A letter around what it says; parts that are empty are left out."""
    around = (gettext("Peace and good wishes,"), *parts, gettext("Smart Academy, admissions"))
    return subject, "\n\n".join(part for part in around if part)


def in_words(locale: str, day: date) -> str:
    """The last day of an offer as a family reads it."""
    return format_date(day, locale, "weekday")


def place_in_words(locale: str, place: int, shift: Shift | None) -> str:
    """A place on a waiting list as a family reads it, with the shift where it waits in the order of each."""
    number = to_local_digits(str(place), locale)
    if shift is None:
        return number
    with force_locale(locale):
        return f"{number} ({gettext(SHIFT_NAMES[shift])})"


def _to_answer(day: str, reference: str, link: str) -> tuple[str, str, str]:
    return (
        gettext(
            "Please accept or decline the place by the end of %(day)s. After that it goes to the next child.",
            day=day,
        ),
        gettext("Reference: %(reference)s", reference=reference),
        gettext("Answer here, with the reference and your phone number: %(link)s", link=link),
    )


def offered_letter(
    locale: str, child: str, reference: str, day: str, reason: str, status_link: str
) -> Letter:
    """That there is a place, and until when it is held."""
    with force_locale(locale):
        return _letter(
            gettext("There is a place: please answer by %(day)s", day=day),
            gettext("we are glad to offer %(name)s a place.", name=child),
            gettext("The reason: %(reason)s", reason=reason) if reason else "",
            *_to_answer(day, reference, status_link),
        )


def offered_text(locale: str, reference: str, day: str, status_link: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: a place is offered for application %(reference)s. Answer by %(day)s: %(link)s",
                reference=reference,
                day=day,
                link=status_link,
            )
        )


def reminder_letter(locale: str, child: str, reference: str, day: str, status_link: str) -> Letter:
    """That nobody has answered yet."""
    with force_locale(locale):
        return _letter(
            gettext("Please answer by %(day)s: the place is still held", day=day),
            gettext("we hold a place for %(name)s, and you have not answered yet.", name=child),
            *_to_answer(day, reference, status_link),
        )


def waiting_letter(locale: str, child: str, reference: str, place: str, status_link: str) -> Letter:
    """That every seat is taken, and how many are before this child."""
    with force_locale(locale):
        return _letter(
            gettext("News about your application %(reference)s", reference=reference),
            gettext(
                "every seat is taken for now, and %(name)s is on the waiting list. We write to you as soon as"
                " a seat becomes free.",
                name=child,
            ),
            gettext("Number on the waiting list: %(place)s", place=place),
            gettext("Reference: %(reference)s", reference=reference),
            gettext("How far the application is: %(link)s", link=status_link),
        )


def waiting_text(locale: str, reference: str, place: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: application %(reference)s is number %(place)s on the waiting list.",
                reference=reference,
                place=place,
            )
        )


def accepted_letter(locale: str, child: str, reference: str) -> Letter:
    """That the acceptance has come, and what is still to do."""
    with force_locale(locale):
        return _letter(
            gettext("You have accepted the place"),
            gettext("you have accepted the place for %(name)s.", name=child),
            gettext("Please come to the school office with the papers themselves to complete the enrolment."),
            gettext("Reference: %(reference)s", reference=reference),
        )


def accepted_text(locale: str, reference: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: the place for application %(reference)s is accepted. Please come to the school office.",
                reference=reference,
            )
        )


def declined_letter(locale: str, child: str, reference: str) -> Letter:
    """That the family has let the place go."""
    with force_locale(locale):
        return _letter(
            gettext("You have declined the place"),
            gettext(
                "you have declined the place for %(name)s, and it goes to another child. With that the"
                " application is withdrawn.",
                name=child,
            ),
            gettext("If this was not you, call the school office as soon as you can."),
            gettext("Reference: %(reference)s", reference=reference),
        )


def declined_text(locale: str, reference: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: the place for application %(reference)s is declined. If this was not you, call the"
                " school office.",
                reference=reference,
            )
        )


def expired_letter(locale: str, child: str, reference: str, day: str) -> Letter:
    """That nobody answered in time."""
    with force_locale(locale):
        return _letter(
            gettext("The time to answer is over"),
            gettext(
                "the place for %(name)s was held until the end of %(day)s. We had no answer, so it goes to the"
                " next child.",
                name=child,
                day=day,
            ),
            gettext("Call the school office if you still want a place."),
            gettext("Reference: %(reference)s", reference=reference),
        )


def expired_text(locale: str, reference: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: the time to answer for application %(reference)s is over. Call the school office if"
                " you still want a place.",
                reference=reference,
            )
        )
