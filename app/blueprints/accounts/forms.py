"""Forms of the accounts area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField

from app.web.forms import ChoiceField, EmailField, Form, LineField, Required
from app.web.i18n import LOCALES


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


class PasswordForm(Form):
    """A new password."""

    password = PasswordField(
        _l("New password"),
        [Required(_l("Choose a password of 8 to 128 characters."))],
        render_kw={"autocomplete": "new-password", "dir": "ltr"},
        description=_l("8 characters or more. Any letters, also Bangla or Arabic ones."),
    )


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

    current = PasswordField(
        _l("Present password"),
        [Required(_l("Write your present password."))],
        render_kw={"autocomplete": "current-password", "dir": "ltr"},
    )
    password = PasswordField(
        _l("New password"),
        [Required(_l("Choose a password of 8 to 128 characters."))],
        render_kw={"autocomplete": "new-password", "dir": "ltr"},
        description=_l("8 characters or more. Any letters, also Bangla or Arabic ones."),
    )


class NewEmailForm(Form):
    """A new address, and that it is the owner who asks."""

    email = EmailField(
        _l("New e-mail address"),
        [Required(_l("Write the new e-mail address."))],
        render_kw={"dir": "ltr", "autocomplete": "email"},
    )
    current = PasswordField(
        _l("Present password"),
        [Required(_l("Write your present password."))],
        render_kw={"autocomplete": "current-password", "dir": "ltr"},
    )


class NothingForm(Form):
    """A button."""


class LanguageForm(Form):
    """The language of the portal."""

    locale = ChoiceField(_l("Language"), choices=LOCALES)
