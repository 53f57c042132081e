"""Writing to the family of an application: the one place that every step of admissions goes through."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.domain.admissions.desk.models import AdmissionBatch, AdmissionBatchLine
from app.domain.admissions.desk.rules import UNDO_FOR
from app.domain.admissions.messages.queries import list_own_words
from app.domain.admissions.messages.rules import fill
from app.domain.admissions.messages.types import KINDS, OwnWords
from app.domain.admissions.models import Application
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel import clock
from app.domain.kernel.names import name_in
from app.domain.outbox.services import holds_letters, take_back, write_messages
from app.domain.outbox.types import Channel, Draft
from app.uow import across_campuses, session

_TELLS_A_STATE: Final = frozenset(
    {
        *(f"application.{state.value}" for state in ApplicationStatus),
        "application.offer_accepted",
        "application.offer_declined",
        "application.offer_expired",
        "application.enrolment_undone",
    }
)
"""Messages after which an older one about the state would be wrong."""


def child_of(row: Application) -> str:
    """The child's name in the language of the family."""
    return name_in(row.locale, row.child_name_en, row.child_name_bn, row.child_name_ar)[0]


@dataclass(frozen=True)
class News:
    """What a family is to be told, in our own words."""

    row: Application
    letter: tuple[str, str]
    text: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands for the names in a message that the campus has written itself."""


def tell_family(
    row: Application, kind: str, letter: tuple[str, str], text: str | None = None, **values: str
) -> None:
    """Mail the family; where it has given no address, send the short text to its phone, if there is one.

    Where the campus has written the message in its own words, they leave in place of ours, with `values` for the
    names in them. What an act on many wrote about the state, and still waits to be taken back, does not leave any more
    where the state is another by now: a family would read the older one last.
    """
    tell_families(kind, [News(row, letter, text, values)])


def tell_families(kind: str, news: Sequence[News]) -> dict[UUID, UUID]:
    """The same to many families. Returns the key of the message by that of the application."""
    if kind in _TELLS_A_STATE and not holds_letters():
        drop_older([each.row.id for each in news])
    own = list_own_words({each.row.campus_id for each in news}, kind)
    drafts = {each.row.id: draft for each in news if (draft := _draft(kind, each, own))}
    return dict(zip(drafts, write_messages(list(drafts.values())), strict=True))


def _draft(kind: str, news: News, own: Mapping[tuple[UUID, Channel, str], OwnWords]) -> Draft | None:
    row = news.row
    if row.email:
        channel, recipient, (subject, body) = Channel.MAIL, row.email, news.letter
    elif row.phone and news.text:
        channel, recipient, (subject, body) = Channel.SMS, row.phone, ("", news.text)
    else:
        return None
    written = own.get((row.campus_id, channel, row.locale))
    if written:
        words = fill(
            written.details,
            {**news.values, "child": child_of(row), "reference": row.reference or ""},
            KINDS[kind].must,
        )
        subject, body = words.subject, words.body
    return Draft(channel, kind, recipient, row.locale, subject, body, row.campus_id)


def drop_older(application_ids: Collection[UUID]) -> None:
    """Let what an act on many wrote about the state of applications, and still waits, not leave any more."""
    with across_campuses():  # a family that answers reads nothing of the office
        letters = session().scalars(
            select(AdmissionBatchLine.letters)
            .join(AdmissionBatch, AdmissionBatch.id == AdmissionBatchLine.batch_id)
            .where(
                AdmissionBatchLine.application_id.in_(application_ids),
                AdmissionBatchLine.undone_at.is_(None),
                AdmissionBatch.at > clock.now() - UNDO_FOR,
            )
        )
        waiting = [group for group in letters if group]
    if waiting:
        take_back(waiting, "the state had changed before it left")
