"""Typed errors of the domain. Services and rules raise them; the web layer turns them into answers.

A message is an English msgid, marked with :func:`N_` where it is written and translated only when it is
shown, in the language of whoever reads it. Its placeholders are named: ``%(capacity)s``.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


def N_(message: str) -> str:  # noqa: N802 - the name gettext extraction looks for
    """Mark a message for extraction without translating it yet."""
    return message


class DomainError(Exception):
    """Something the school's rules do not allow.

    ``message`` is the msgid, ``params`` fill its placeholders, and ``field`` names the input it is about
    where there is one. A subclass sets ``message`` for all its errors; one raised on the spot may carry its
    own::

        raise Refused(N_("The section has %(capacity)s seats."), field="section", capacity=30)
    """

    message: str = N_("This could not be done.")
    field: str | None = None

    def __init__(self, message: str | None = None, /, *, field: str | None = None, **params: Any) -> None:
        super().__init__(*(() if message is None else (message,)))
        if message is not None:
            self.message = message
        self.field = field or type(self).field
        self.params: dict[str, Any] = params

    def __str__(self) -> str:
        """Return the English text with the placeholders filled, for logs and tests."""
        return self.message % self.params if self.params else self.message


class NotFound(DomainError):
    """It does not exist, or not for this actor: both look the same from outside (404)."""

    message = N_("This could not be found.")


class Forbidden(DomainError):
    """It exists for this actor, but this act is not theirs (403)."""

    message = N_("Your account may not do this. If it should, ask the school office.")


class Refused(DomainError):
    """A rule of the school says no; the person can change something and try again (422)."""

    message = N_("This cannot be done as it stands.")


class Conflict(DomainError):
    """It contradicts what is already there (409)."""

    message = N_("This does not agree with what is recorded.")


class Stale(Conflict):
    """Somebody else changed it since it was read (409, with both versions shown)."""

    message = N_("Somebody else has changed this in the meantime.")


class InvalidValue(Refused, ValueError):
    """A value that was typed cannot be what it should be.

    It is a ``ValueError`` as well, so parsers can be used where one is expected. ``code`` says what is
    wrong for programs, and picks the message for people from the ``messages`` of the subclass.
    """

    messages: ClassVar[Mapping[str, str]] = {}

    def __init__(self, code: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(self.messages[code], field=field, **params)
        self.code = code
        self.args = (code,)  # what copying and pickling call the class with
