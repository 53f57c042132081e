"""What accounts write to people."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import force_locale, gettext

from app.domain.accounts.types import AccountEvent
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import N_


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


_SUBJECTS: Mapping[AccountEvent, str] = {
    AccountEvent.NEW_BROWSER: N_("Your account was opened in a new browser"),
    AccountEvent.PASSWORD_SET: N_("Your password is set"),
    AccountEvent.PASSWORD_RESET: N_("Your password was set anew"),
    AccountEvent.PASSWORD_CHANGED: N_("Your password was changed"),
    AccountEvent.EMAIL_CHANGED: N_("Your e-mail address was changed"),
    AccountEvent.PHONE_CHANGED: N_("Your mobile number was changed"),
    AccountEvent.DISABLED: N_("Your account is closed"),
}
_TEXTS: Mapping[AccountEvent, str] = {
    AccountEvent.NEW_BROWSER: N_(
        "Somebody signed in to your account at Smart Academy from a browser that you had not used before."
    ),
    AccountEvent.PASSWORD_SET: N_(
        "A password was chosen for your account at Smart Academy by the link we sent or gave you."
    ),
    AccountEvent.PASSWORD_RESET: N_(
        "A new password was chosen for your account at Smart Academy by a link that was sent to you by mail. "
        "All devices were signed out."
    ),
    AccountEvent.PASSWORD_CHANGED: N_(
        "The password of your account at Smart Academy was changed. All other devices were signed out."
    ),
    AccountEvent.EMAIL_CHANGED: N_(
        "The e-mail address of your account at Smart Academy was changed. We write to the old and to the new one."
    ),
    AccountEvent.PHONE_CHANGED: N_(
        "The mobile number of your account at Smart Academy was changed. From now on you sign in with the new one."
    ),
    AccountEvent.DISABLED: N_(
        "The school has closed your account at Smart Academy, and all its devices were signed out. "
        "If you think that is a mistake, ask the school office."
    ),
}


def event_letter(
    locale: str, name: str, *, event: AccountEvent, device: str = "", address: str = ""
) -> tuple[str, str]:
    """Subject and text of the letter about something that happened to an account."""
    with force_locale(locale):
        parts = [gettext("Dear %(name)s,", name=name), gettext(_TEXTS[event])]
        if device or address:
            parts.append("\n".join(filter(None, (device, address))))
        if event is not AccountEvent.DISABLED:
            parts.append(
                gettext(
                    "Was it you? Then there is nothing to do. If not, choose a new password at once: press "
                    "\u201cI have forgotten my password\u201d on the sign-in page, and tell the school office."
                )
            )
        return gettext(_SUBJECTS[event]), "\n\n".join([*parts, gettext("Smart Academy")])


def reset_letter(locale: str, name: str, link: str) -> tuple[str, str]:
    """Subject and text of the letter with the link to a new password."""
    with force_locale(locale):
        subject = gettext("Choose a new password")
        body = gettext(
            "Dear %(name)s,\n\n"
            "Somebody, probably you, has forgotten the password of your account at Smart Academy. Choose a new "
            "one here; the link works once and for one hour:\n\n"
            "%(link)s\n\n"
            "If it was not you, do nothing. Your password stays as it is.\n\n"
            "Smart Academy",
            name=name,
            link=link,
        )
    return subject, body


def new_address_letter(locale: str, name: str, link: str) -> tuple[str, str]:
    """Subject and text of the letter that asks a new mailbox to answer."""
    with force_locale(locale):
        subject = gettext("Is this your e-mail address?")
        body = gettext(
            "Dear %(name)s,\n\n"
            "You would like to use this e-mail address at Smart Academy. Confirm it here; the link works once "
            "and for one day:\n\n"
            "%(link)s\n\n"
            "If you do not know of this, do nothing.\n\n"
            "Smart Academy",
            name=name,
            link=link,
        )
    return subject, body


def phone_code_text(locale: str, code: str) -> str:
    """The text message with the code that a new number sends back: one part, in Bangla too."""
    with force_locale(locale):
        return str(gettext("Smart Academy: your code is %(code)s.", code=to_local_digits(code, locale)))


def phone_changed_text(locale: str) -> str:
    """The text message to the number that an account had before."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: your mobile number was changed. If it was not you, tell the school office."
            )
        )
