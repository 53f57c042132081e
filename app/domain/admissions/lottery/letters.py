"""What draws write to families, in the language the family applied in."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from app.domain.admissions.letters import Letter
from app.domain.admissions.lottery.types import TicketView
from app.domain.kernel.dates import format_date
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.texts import LocalText


def announced_words(locale: str, ticket: TicketView, source: LocalText) -> dict[str, str]:
    """What the message of an announced draw names besides the application, as the family reads it."""
    return _ticket_words(locale, ticket) | {
        "day": format_date(ticket.known_on, locale) if ticket.known_on else "",
        "source": source.in_(locale)[0],
    }


def _ticket_words(locale: str, ticket: TicketView) -> dict[str, str]:
    return {
        "draw": to_local_digits(str(ticket.draw_number), locale),
        "ticket": to_local_digits(str(ticket.number), locale),
    }


def announced_letter(locale: str, *, child: str, reference: str, link: str, **words: str) -> Letter:
    """The number of the ticket, when it is drawn, and where anybody can check it. `words`: `announced_words`."""
    with force_locale(locale):
        return gettext(
            "Your ticket for the draw, application %(reference)s", reference=reference
        ), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext(
                    "the seats are drawn by lot. The ticket of %(name)s has the number %(ticket)s in draw %(draw)s.",
                    name=child,
                    ticket=words["ticket"],
                    draw=words["draw"],
                ),
                gettext(
                    "The draw is decided by a value that nobody knows yet. It becomes known on %(day)s: %(source)s",
                    day=words["day"],
                    source=words["source"],
                ),
                gettext("How it is drawn, and how anybody can check it: %(link)s", link=link),
                gettext("Reference: %(reference)s", reference=reference),
                gettext("Smart Academy, admissions"),
            )
        )


def announced_text(locale: str, *, reference: str, link: str, **words: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: application %(reference)s has ticket %(ticket)s in the draw of %(day)s. %(link)s",
                reference=reference,
                ticket=words["ticket"],
                day=words["day"],
                link=link,
            )
        )


def drawn_words(locale: str, ticket: TicketView, *, in_short: bool) -> dict[str, str]:
    """What the message of a draw that was held names. What is offered, another letter says."""
    with force_locale(locale):
        match ticket.has_seat, in_short:
            case True, False:
                outcome = gettext("One of the seats falls to it. We write to you once more with the offer.")
            case False, False:
                outcome = gettext(
                    "It is on the waiting list. We write to you as soon as a seat becomes free."
                )
            case True, True:
                outcome = gettext("a seat falls to it, and an offer follows")
            case _:
                outcome = gettext("it is on the waiting list")
    rank = to_local_digits(str(ticket.rank), locale)
    return _ticket_words(locale, ticket) | {"rank": rank, "outcome": str(outcome)}


def drawn_letter(locale: str, *, child: str, reference: str, link: str, **words: str) -> Letter:
    """What came out for a ticket. `words`: `drawn_words`."""
    with force_locale(locale):
        return gettext("The draw was held, application %(reference)s", reference=reference), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext(
                    "the seats were drawn. Ticket %(ticket)s of %(name)s came out in place %(rank)s.",
                    name=child,
                    ticket=words["ticket"],
                    rank=words["rank"],
                ),
                words["outcome"],
                gettext("How it is drawn, and how anybody can check it: %(link)s", link=link),
                gettext("Reference: %(reference)s", reference=reference),
                gettext("Smart Academy, admissions"),
            )
        )


def drawn_text(locale: str, *, reference: str, link: str, **words: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: the ticket of application %(reference)s was drawn: %(outcome)s. %(link)s",
                reference=reference,
                outcome=words["outcome"],
                link=link,
            )
        )


def cancelled_letter(locale: str, *, child: str, reference: str, link: str, **words: str) -> Letter:
    """That an announced draw is not held, why, and what comes next. `words`: draw, ticket and reason."""
    with force_locale(locale):
        return gettext("The draw is cancelled, application %(reference)s", reference=reference), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext(
                    "draw %(draw)s, in which %(name)s had ticket %(ticket)s, was cancelled before it was held.",
                    draw=words["draw"],
                    name=child,
                    ticket=words["ticket"],
                ),
                gettext("The reason: %(reason)s", reason=words["reason"]),
                gettext(
                    "The application stays as it is, and there is nothing you have to do. As soon as the day of a new"
                    " draw is fixed, we write to you with the number of the new ticket."
                ),
                gettext("How it is drawn, and how anybody can check it: %(link)s", link=link),
                gettext("Reference: %(reference)s", reference=reference),
                gettext("Smart Academy, admissions"),
            )
        )


def cancelled_text(locale: str, *, reference: str, link: str, **words: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: draw %(draw)s for application %(reference)s is cancelled. %(reason)s We write to you"
                " about the new one. %(link)s",
                draw=words["draw"],
                reference=reference,
                reason=words["reason"],
                link=link,
            )
        )


def cancelled_words(locale: str, ticket: TicketView, reason: LocalText) -> dict[str, str]:
    """What the message of a cancelled draw names besides the application, as the family reads it."""
    return _ticket_words(locale, ticket) | {"reason": reason.in_(locale)[0]}
