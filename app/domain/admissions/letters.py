"""What admissions write to families, in the language the family applied in."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import force_locale, gettext

from app.domain.admissions.papers.queries import find_own_paper
from app.domain.admissions.types import PAPER_NAMES, ApplicationStatus, DocumentKind
from app.domain.files.types import REASONS, FileRefusal
from app.domain.kernel.dates import format_date

Letter = tuple[str, str]
"""Subject and text."""


def draft_letter(locale: str, link: str, closes_on: date | None) -> Letter:
    """The private link of a draft, so that it can be finished on another day or another phone."""
    with force_locale(locale):
        until = (
            gettext("Applications are open until %(day)s.", day=format_date(closes_on, locale))
            if closes_on
            else ""
        )
        return gettext("Your application to Smart Academy is saved"), "\n\n".join(
            part
            for part in (
                gettext("Peace and good wishes,"),
                gettext(
                    "what you have written so far is saved. Go on with this link whenever you like, on any"
                    " phone or computer:"
                ),
                link,
                gettext("The link is private: whoever has it can read and change your answers."),
                until,
                gettext("Smart Academy, admissions"),
            )
            if part
        )


def received_letter(locale: str, child: str, reference: str, status_link: str) -> Letter:
    """The confirmation after sending, with the reference."""
    with force_locale(locale):
        return gettext("We have your application %(reference)s", reference=reference), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext("we have received the application for %(name)s.", name=child),
                gettext("Reference: %(reference)s", reference=reference),
                gettext(
                    "Keep this number. With it and your phone number you can see at any time how far the"
                    " application is:"
                ),
                status_link,
                gettext("We write to you when there is a decision. There is nothing you have to do now."),
                gettext("Smart Academy, admissions"),
            )
        )


def _decided(status: ApplicationStatus, child: str) -> Any:
    match status:
        case ApplicationStatus.UNDER_REVIEW:
            return gettext("we have begun to look at the application for %(name)s.", name=child)
        case ApplicationStatus.SHORTLISTED:
            return gettext("the application for %(name)s is on our short list.", name=child)
        case ApplicationStatus.WAITLISTED:
            return gettext(
                "every seat is taken for now, and %(name)s is on the waiting list. We write to you as soon as"
                " a seat becomes free.",
                name=child,
            )
        case ApplicationStatus.REJECTED:
            return gettext("we are sorry that we cannot offer %(name)s a place this year.", name=child)
        case _:
            raise ValueError(f"{status} has a letter of its own, or none")


def decided_letter(
    locale: str, status: ApplicationStatus, child: str, reference: str, reason: str, status_link: str
) -> Letter:
    """What was decided, and why. An offer has a letter of its own (`offers.letters`)."""
    with force_locale(locale):
        parts = [gettext("Peace and good wishes,"), _decided(status, child)]
        if reason:
            parts.append(gettext("The reason: %(reason)s", reason=reason))
        parts += [
            gettext("Reference: %(reference)s", reference=reference),
            gettext("How far the application is: %(link)s", link=status_link),
            gettext("Smart Academy, admissions"),
        ]
        return gettext("News about your application %(reference)s", reference=reference), "\n\n".join(parts)


def refused_paper_letter(
    locale: str, kind: DocumentKind, why: FileRefusal, child: str, reference: str, status_link: str
) -> Letter:
    """That the check refused a paper of an application that was sent, why, and what to do."""
    return paper_letter(
        locale,
        child=child,
        **refused_paper_words(locale, kind, why),
        reference=reference,
        link=status_link,
    )


def refused_paper_words(locale: str, kind: DocumentKind, why: FileRefusal) -> dict[str, str]:
    """Which paper and why, as the family reads it."""
    with force_locale(locale):
        return {"paper": paper_name(kind, locale), "reason": gettext(REASONS[why])}


def paper_name(kind: DocumentKind, locale: str) -> str:
    """What a paper is called, where this language is spoken: in our words, or in those of the campus that added it."""
    if kind.is_built_in:
        return str(gettext(PAPER_NAMES[kind]))
    own = find_own_paper(kind)
    return own.name.in_(locale)[0] if own else str(gettext("Documents"))


def paper_letter(locale: str, *, child: str, paper: str, reason: str, reference: str, link: str) -> Letter:
    """That a paper was not accepted, with what it says already in words."""
    with force_locale(locale):
        subject = gettext("A paper of your application %(reference)s was not accepted", reference=reference)
        return subject, "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext(
                    "we could not accept one of the papers of the application for %(name)s: %(paper)s.",
                    name=child,
                    paper=paper,
                ),
                gettext("The reason: %(reason)s", reason=reason),
                gettext(
                    "Send the paper again on the page of your application, or bring it to the school office."
                ),
                gettext("Reference: %(reference)s", reference=reference),
                gettext("How far the application is: %(link)s", link=link),
                gettext("Smart Academy, admissions"),
            )
        )


def refused_paper_text(
    locale: str, kind: DocumentKind, why: FileRefusal, reference: str, status_link: str
) -> str:
    """The same as a text message: no name, and a link that opens nothing without the phone number."""
    return paper_text(locale, **refused_paper_words(locale, kind, why), reference=reference, link=status_link)


def paper_text(locale: str, *, paper: str, reason: str, reference: str, link: str) -> str:
    """The text message, with what it says already in words."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: a paper of application %(reference)s was not accepted. %(paper)s: %(reason)s"
                " Send it again: %(link)s",
                reference=reference,
                paper=paper,
                reason=reason,
                link=link,
            )
        )


def withdrawn_letter(locale: str, child: str, reference: str) -> Letter:
    """That a family has taken its application back."""
    with force_locale(locale):
        return gettext("Your application %(reference)s is withdrawn", reference=reference), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext("you have withdrawn the application for %(name)s.", name=child),
                gettext("If this was not you, call the school office as soon as you can."),
                gettext("Smart Academy, admissions"),
            )
        )


def enrolled_letter(
    locale: str, child: str, student_no: str, class_name: str, section: str, roll: str
) -> Letter:
    """That the child is a pupil now."""
    with force_locale(locale):
        return gettext("Welcome to Smart Academy"), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext("%(name)s is now a pupil of Smart Academy.", name=child),
                gettext("Student number: %(number)s", number=student_no),
                gettext(
                    "%(class_name)s, section %(section)s, roll number %(roll)s",
                    class_name=class_name,
                    section=section,
                    roll=roll,
                ),
                gettext(
                    "In the portal you see each school day. Sign in with your phone number; if you have no"
                    " password yet, a separate letter brings you a link."
                ),
                gettext("Smart Academy, admissions"),
            )
        )


def received_text(locale: str, reference: str) -> str:
    """The confirmation as a text message: no name, since others may read the phone, and one part in Bangla."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: application %(reference)s received. Keep this number.", reference=reference
            )
        )


def withdrawn_text(locale: str, reference: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: application %(reference)s is withdrawn. Was it not you? Call the school.",
                reference=reference,
            )
        )


def enrolled_text(locale: str, student_no: str) -> str:
    """The same as a text message."""
    with force_locale(locale):
        return str(
            gettext("Smart Academy: your child is enrolled, student number %(number)s.", number=student_no)
        )


def decided_text(locale: str, status: ApplicationStatus, reference: str) -> str | None:
    """A decision as a text message; None for a step that needs no message of its own."""
    with force_locale(locale):
        match status:
            case ApplicationStatus.UNDER_REVIEW:
                return str(
                    gettext("Smart Academy: we are reading application %(reference)s.", reference=reference)
                )
            case ApplicationStatus.SHORTLISTED:
                return str(
                    gettext(
                        "Smart Academy: application %(reference)s is on the short list.", reference=reference
                    )
                )
            case ApplicationStatus.WAITLISTED:
                return str(
                    gettext(
                        "Smart Academy: application %(reference)s is on the waiting list.",
                        reference=reference,
                    )
                )
            case ApplicationStatus.REJECTED:
                return str(
                    gettext(
                        "Smart Academy: we are sorry, there is no place for application %(reference)s this year.",
                        reference=reference,
                    )
                )
            case _:
                return None
