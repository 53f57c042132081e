"""Enums and errors of the accounts feature."""

from __future__ import annotations

from enum import StrEnum

from app.domain.kernel.errors import N_, Refused


class UserStatus(StrEnum):
    """Whether an account may sign in."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class AccountEvent(StrEnum):
    """What the owner of an account is told by mail. The value is the act in the audit log."""

    NEW_BROWSER = "session.new_browser"
    PASSWORD_SET = "user.password_set"  # noqa: S105  # the name of an act
    PASSWORD_RESET = "user.password_reset"  # noqa: S105  # the name of an act
    PASSWORD_CHANGED = "user.password_changed"  # noqa: S105  # the name of an act
    EMAIL_CHANGED = "user.email_changed"
    PHONE_CHANGED = "user.phone_changed"
    DISABLED = "user.status"


class SignInRefused(Refused):
    """Name and password do not belong together. It does not say which of the two is wrong."""

    message = N_(
        "We do not know this combination of e-mail or phone number and password. Check both and try again."
    )


class LinkSpent(Refused):
    """A one-time link that was used, is too old or never existed."""

    message = N_("This link has been used or is too old. Ask the school office for a new one.")


class PasswordTooShort(Refused):
    """A password under 8 or over 128 characters."""

    field = "password"
    message = N_("Choose a password of 8 to 128 characters.")


class PasswordCommon(Refused):
    """A password that is among the first ones anybody tries."""

    field = "password"
    message = N_(
        "Many people use this password, so it is guessed first. Choose another one, such as three odd words."
    )


class PasswordPersonal(Refused):
    """A password that stands on the envelope: one's own name, number or address."""

    field = "password"
    message = N_("This is your own name, number or address, which others know. Choose another password.")


class PasswordWrong(Refused):
    """Somebody who would change how an account is entered does not know its password."""

    field = "current"
    message = N_("This is not your present password.")


class SignInNameMissing(Refused):
    """An account that nobody could sign in to."""

    field = "email"
    message = N_("An account needs an e-mail address or a mobile number to sign in with.")


class EmailTaken(Refused):
    """Another account signs in with this address."""

    field = "email"
    message = N_("Another account already signs in with this e-mail address.")


class PhoneTaken(Refused):
    """Another account signs in with this number."""

    field = "phone"
    message = N_("Another account already signs in with this mobile number.")


class PhoneCodeWrong(Refused):
    """Not the code that was texted to a new number."""

    field = "code"
    message = N_("This is not the code we sent. Check it and try again.")


class PhoneCodeSpent(Refused):
    """A code that was used, is too old, or was mistyped too often."""

    field = "code"
    message = N_("This code no longer works. Ask for a new one.")


class AccountExists(Refused):
    """The person has an account."""

    message = N_("This person already has an account.")


class RoleOutOfReach(Refused):
    """A role that whoever opens the account cannot give, or not at that campus."""

    field = "role"
    message = N_("You can give this role only at campuses whose accounts you look after.")


class OwnAccount(Refused):
    """Locking oneself out."""

    message = N_("You cannot suspend your own account. Ask another administrator.")


class AccountOutOfReach(Refused):
    """Somebody leaves whose account is looked after further up."""

    field = "status"
    message = N_(
        "Only an administrator of all its campuses can close this person's account. Ask one to do this."
    )


class LastRole(Refused):
    """An account without any role could do nothing."""

    message = N_("This is the only role of the account. Give another one first, or suspend the account.")


class AccountUsed(Refused):
    """An account that somebody has signed in to is not taken back."""

    message = N_("The account has been used, so it stays.")


class AccountSuspended(Refused):
    """An account that may not sign in needs no link."""

    message = N_("This account is suspended. Let it sign in again first.")
