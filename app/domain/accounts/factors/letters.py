"""What an owner is told when a second factor changes: whoever did it, they hear of it."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from app.domain.accounts.factors.types import FactorKind
from app.domain.kernel.digits import to_local_digits


def factor_letter(locale: str, name: str, *, kind: FactorKind, added: bool) -> tuple[str, str]:
    """Subject and text: a factor was added to the account or taken away."""
    with force_locale(locale):
        what = {
            FactorKind.TOTP: gettext("Authenticator app"),
            FactorKind.PASSKEY: gettext("Passkey"),
            FactorKind.RECOVERY: gettext("Recovery codes"),
        }[kind]
        subject = gettext("The second step of your sign-in has changed")
        happened = (
            gettext("Added to your account at Smart Academy: %(what)s.", what=what)
            if added
            else gettext("Removed from your account at Smart Academy: %(what)s.", what=what)
        )
        return subject, _letter(name, happened)


def recovery_letter(locale: str, name: str, *, left: int) -> tuple[str, str]:
    """Subject and text: a recovery code was used."""
    with force_locale(locale):
        subject = gettext("A recovery code of yours was used")
        happened = gettext(
            "Somebody signed in to your account at Smart Academy with a recovery code. Codes left: %(left)s.",
            left=to_local_digits(str(left), locale),
        )
        return subject, _letter(name, happened)


def _letter(name: str, happened: str) -> str:
    text: str = gettext(
        "Dear %(name)s,\n\n%(happened)s\n\n"
        "Was it you? Then there is nothing to do. If not, tell the school office at once.\n\n"
        "Smart Academy",
        name=name,
        happened=happened,
    )
    return text
