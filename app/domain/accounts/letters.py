"""What accounts write to people."""

from __future__ import annotations

from flask_babel import force_locale, gettext


def invitation_letter(locale: str, name: str, link: str) -> tuple[str, str]:
    """Subject and text of an invitation to the portal."""
    with force_locale(locale):
        subject = gettext("Your account at Smart Academy")
        body = gettext(
            "Dear %(name)s,\n\n"
            "Smart Academy has opened an account for you. Choose a password here; the link works for 14 days:\n\n"
            "%(link)s\n\n"
            "You can then sign in with your phone number or e-mail address.\n\n"
            "Smart Academy",
            name=name,
            link=link,
        )
    return subject, body
