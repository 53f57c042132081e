"""Forms of the accounts area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField

from app.domain.accounts.factors.types import Proof
from app.web.forms import ChoiceField, EmailField, Form, LineField, PhoneField, Required
from app.web.i18n import LOCALES
from app.web.proof import AnswerField


class SignInForm(Form):
    """E-mail or phone, and password."""

    identifier = LineField(
        _l("Phone number or e-mail"),
        [Required(_l("Write your phone number or e-mail address."))],
        max_length=254,
        markup=True,
        render_kw={"autocomplete": "username", "dir": "ltr", "inputmode": "email"},
    )
    password = PasswordField(
        _l("Password"),
        [Required(_l("Write your password."))],
        render_kw={"autocomplete": "current-password", "dir": "ltr"},
    )
    keep = BooleanField(_l("Keep me signed in on this device"))


def _new_password() -> PasswordField:
    return PasswordField(
        _l("New password"),
        [Required(_l("Choose a password of 8 to 128 characters."))],
        render_kw={"autocomplete": "new-password", "dir": "ltr"},
        description=_l("8 characters or more. Any letters, also Bangla or Arabic ones."),
    )


def _present_password() -> PasswordField:
    return PasswordField(
        _l("Present password"),
        [Required(_l("Write your present password."))],
        render_kw={"autocomplete": "current-password", "dir": "ltr"},
    )


class PasswordForm(Form):
    """A new password."""

    password = _new_password()


class ForgottenForm(Form):
    """By which name somebody signs in."""

    identifier = LineField(
        _l("Phone number or e-mail"),
        [Required(_l("Write your phone number or e-mail address."))],
        max_length=254,
        markup=True,
        render_kw={"autocomplete": "username", "dir": "ltr", "inputmode": "email"},
    )


class ChangePasswordForm(Form):
    """The password there is, and the one to come."""

    current = _present_password()
    password = _new_password()


class NewEmailForm(Form):
    """A new address, and that it is the owner who asks."""

    email = EmailField(
        _l("New e-mail address"),
        [Required(_l("Write the new e-mail address."))],
        render_kw={"dir": "ltr", "autocomplete": "email"},
    )
    current = _present_password()


class NewPhoneForm(Form):
    """A new mobile number."""

    phone = PhoneField(
        _l("New mobile number"),
        [Required(_l("Enter a mobile number."))],
        render_kw={"dir": "ltr", "autocomplete": "tel"},
    )


class PhoneCodeForm(Form):
    """The code that was texted to a new number."""

    code = LineField(
        _l("Code from the text message"),
        [Required(_l("Write the 6 digits that we sent."))],
        max_length=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"},
    )


class LanguageForm(Form):
    """The language of the portal."""

    locale = ChoiceField(_l("Language"), choices=LOCALES)


class CodeForm(Form):
    """The first code of an authenticator app."""

    code = LineField(
        _l("Code from the app"),
        [Required(_l("Write the 6 digits that the app shows."))],
        max_length=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"},
    )


class SecondStepForm(Form):
    """The second step of a sign-in: one of three."""

    code = LineField(
        _l("Code from the app"),
        max_length=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"},
    )
    recovery_code = LineField(
        _l("Recovery code"),
        max_length=40,
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "dir": "ltr",
        },
    )
    passkey = AnswerField()

    def proof(self, browser: str) -> Proof:
        """What was brought."""
        return Proof(
            code=self.code.data or "",
            recovery_code=self.recovery_code.data or "",
            passkey=self.passkey.data or "",
            browser=browser,
        )


class PasskeyForm(Form):
    """What an authenticator answered, and what the passkey is called."""

    name = LineField(_l("Name of the passkey"), max_length=60, render_kw={"autocomplete": "off"})
    passkey = AnswerField()


class NothingForm(Form):
    """A form of one button."""
