"""What enrolment writes to families besides the welcome."""

from __future__ import annotations

from flask_babel import force_locale, gettext


def undone_letter(locale: str, child: str, reference: str, reason: str, status_link: str) -> tuple[str, str]:
    """That an enrolment was taken back, and why: the welcome before it no longer holds."""
    with force_locale(locale):
        subject = gettext("The enrolment for application %(reference)s was taken back", reference=reference)
        return subject, "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext(
                    "the enrolment of %(name)s was taken back. The letter before this one no longer holds.",
                    name=child,
                ),
                gettext("The reason: %(reason)s", reason=reason),
                gettext("How far the application is: %(link)s", link=status_link),
                gettext("Smart Academy, admissions"),
            )
        )
