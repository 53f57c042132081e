"""Enums and errors of second factors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.kernel.errors import N_, Refused


class FactorKind(StrEnum):
    """What a person proved themselves with."""

    PASSWORD = "password"  # noqa: S105  # the name of a kind  # pragma: allowlist secret
    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery_code"


class ChallengePurpose(StrEnum):
    """What a passkey is asked for. An answer to one question is none to another."""

    ADD = "add"
    STEP = "step"
    ALONE = "alone"
    CONFIRM = "confirm"


@dataclass(frozen=True)
class Proof:
    """What somebody brings to prove who they are; one of these is enough."""

    password: str = ""
    code: str = ""
    recovery_code: str = ""
    passkey: str = ""
    """The answer of an authenticator, as JSON."""
    browser: str = ""
    """The token of the browser that was given the challenge."""


class CodeWrong(Refused):
    """A code that is wrong, too old, or was used before."""

    field = "code"
    message = N_("This code is not right, or was used before. Wait for the next one and try again.")


class RecoveryCodeWrong(Refused):
    """A recovery code that was never given out, or was used."""

    field = "recovery_code"
    message = N_("We do not know this recovery code, or it was used before.")


class ProofMissing(Refused):
    """Nothing was brought."""

    field = "code"
    message = N_("Write the 6 digits that the app shows.")


class PasswordWrong(Refused):
    """Not the password of this account."""

    field = "password"
    message = N_("This is not your password.")


class TooManyCodes(Refused):
    """Somebody is guessing."""

    field = "code"
    message = N_("There were too many wrong codes. Use a recovery code, or try again tomorrow.")


class HalfOpenSpent(Refused):
    """A sign-in that was begun too long ago, was finished, or saw too many wrong codes."""

    message = N_("This took too long, or there were too many tries. Begin again with your password.")


class PasskeyRefused(Refused):
    """The answer of an authenticator that does not prove anything here."""

    message = N_("This passkey was not accepted. Try again, or take another way.")


class PasskeyKnown(Refused):
    """A passkey that was added before."""

    message = N_("This passkey has been added already.")


class NothingBegun(Refused):
    """A code for an app that nobody is setting up."""

    message = N_("Begin the set-up once more.")
