"""Forms of the accounts area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField

from app.web.forms import ChoiceField, Form, LineField, Required
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


class LanguageForm(Form):
    """The language of the portal."""

    locale = ChoiceField(_l("Language"), choices=LOCALES)
