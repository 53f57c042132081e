"""The words for states, once for the whole application: colour, icon and label always go together.

A state is never shown by its colour alone, and the same state never has two words. Keys are the values
the database keeps; where two features share a key they share its word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.domain.kernel.names import initial
from app.web.i18n import current_locale

StatusWord = tuple[str, str, object]
"""(status class of the style sheet, icon of the sprite, lazy label)."""

ATTENDANCE_WORDS: dict[str, StatusWord] = {
    "present": ("ok", "check", _l("Present")),
    "absent": ("bad", "cross", _l("Absent")),
    "late": ("warn", "clock", _l("Late")),
    "excused": ("info", "letter", _l("Excused")),
}

LEAVE_WORDS: dict[str, StatusWord] = {
    "asked": ("warn", "wait", _l("Asked")),
    "approved": ("ok", "check", _l("Approved")),
    "declined": ("bad", "ban", _l("Declined")),
}

LEAVE_REASON_WORDS: dict[str, object] = {
    "ill": _l("Ill"),
    "family": _l("Family matter"),
    "religious": _l("Religious occasion"),
    "other": _l("Something else"),
}

APPLICATION_WORDS: dict[str, StatusWord] = {
    "draft": ("mute", "pen", _l("Draft")),
    "submitted": ("mute", "wait", _l("Pending")),
    "under_review": ("info", "eye", _l("Under review")),
    "shortlisted": ("info", "queue", _l("Shortlisted")),
    "waitlisted": ("warn", "queue", _l("Waitlisted")),
    "offered": ("ok", "check", _l("Approved")),
    "accepted": ("ok", "check", _l("Place accepted")),
    "enrolled": ("ok", "home", _l("Enrolled")),
    "rejected": ("bad", "ban", _l("Rejected")),
    "withdrawn": ("mute", "ban", _l("Withdrawn")),
    "expired": ("mute", "clock", _l("Expired")),
}

STUDENT_WORDS: dict[str, StatusWord] = {
    "active": ("ok", "check", _l("Active")),
    "inactive": ("mute", "ban", _l("Inactive")),
    "graduated": ("info", "book", _l("Graduated")),
    "transferred": ("mute", "go", _l("Transferred")),
    "left": ("mute", "go", _l("Left")),
}

FEE_WORDS: dict[str, StatusWord] = {
    "paid": ("ok", "check", _l("Paid")),
    "due": ("mute", "wait", _l("Due")),
    "overdue": ("bad", "warn", _l("Overdue")),
}

FILE_WORDS: dict[str, StatusWord] = {
    "quarantined": ("info", "sync", _l("Being checked")),
    "checking": ("info", "sync", _l("Being checked")),
    "released": ("ok", "check", _l("Received")),
    "refused": ("bad", "ban", _l("Not accepted")),
}

SAVING_WORDS: dict[str, StatusWord] = {
    "saved": ("ok", "cloud", _l("Saved")),
    "saving": ("info", "sync", _l("Saving…")),
    "unsaved": ("warn", "pen", _l("Not saved yet")),
    "offline": ("warn", "offline", _l("Offline")),
    "unsent": ("bad", "offline", _l("Not sent: no connection. Try again.")),
}

STATUS_WORDS: dict[str, StatusWord] = (
    ATTENDANCE_WORDS | LEAVE_WORDS | APPLICATION_WORDS | STUDENT_WORDS | FEE_WORDS | FILE_WORDS | SAVING_WORDS
)


def status_label(key: str) -> str:
    """The word for a state in the reader's language, for places without room for a badge (mail, CSV)."""
    return str(STATUS_WORDS[key][2])


@lru_cache
def _spoken(locale: str) -> dict[str, StatusWord]:
    """The table in one language, which is that of the request: a page asks it fifty times."""
    return {key: (kind, icon, str(label)) for key, (kind, icon, label) in STATUS_WORDS.items()}


class _SpokenWords(Mapping[str, StatusWord]):
    """The table in the reader's language."""

    def __getitem__(self, key: str) -> StatusWord:
        return _spoken(current_locale())[key]

    def __iter__(self) -> Iterator[str]:
        return iter(STATUS_WORDS)

    def __len__(self) -> int:
        return len(STATUS_WORDS)


def init_words(app: Flask) -> None:
    """Give templates the table of states, and the first sign of a name for the face beside it."""
    app.jinja_env.globals.update(status_words=_SpokenWords(), leave_reasons=LEAVE_REASON_WORDS)
    app.jinja_env.filters.update(first_sign=initial)
