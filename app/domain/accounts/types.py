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


class LastRole(Refused):
    """An account without any role could do nothing."""

    message = N_("This is the only role of the account. Give another one first, or suspend the account.")


class AccountSuspended(Refused):
    """An account that may not sign in needs no link."""

    message = N_("This account is suspended. Let it sign in again first.")
