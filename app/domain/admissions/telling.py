"""Writing to the family of an application: the one place that every step of admissions goes through."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.domain.admissions.desk.models import AdmissionBatch, AdmissionBatchLine
from app.domain.admissions.desk.rules import UNDO_FOR
from app.domain.admissions.messages.queries import written
from app.domain.admissions.models import Application
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel import clock
from app.domain.kernel.names import name_in
from app.domain.outbox.services import holds_letters, take_back, write_mail, write_sms
from app.domain.outbox.types import Channel
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


def tell_family(
    row: Application, kind: str, letter: tuple[str, str], text: str | None = None, **values: str
) -> None:
    """Mail the family; where it has given no address, send the short text to its phone, if there is one.

    Where the campus has written the message in its own words, they leave in place of ours, with `values` for the
    names in them. What an act on many wrote about the state, and still waits to be taken back, does not leave any more
    where the state is another by now: a family would read the older one last.
    """
    if kind in _TELLS_A_STATE and not holds_letters():
        drop_older(row)
    values |= {"child": child_of(row), "reference": row.reference or ""}
    if row.email:
        own = written(row.campus_id, kind, Channel.MAIL, row.locale, values)
        subject, body = (own.subject, own.body) if own else letter
        write_mail(kind, row.email, row.locale, subject, body, campus_id=row.campus_id)
    elif row.phone and text:
        own = written(row.campus_id, kind, Channel.SMS, row.locale, values)
        write_sms(kind, row.phone, row.locale, own.body if own else text, campus_id=row.campus_id)


def drop_older(row: Application) -> None:
    """Let what an act on many wrote about the state of an application, and still waits, not leave any more."""
    with across_campuses():  # a family that answers reads nothing of the office
        letters = session().scalars(
            select(AdmissionBatchLine.letters)
            .join(AdmissionBatch, AdmissionBatch.id == AdmissionBatchLine.batch_id)
            .where(
                AdmissionBatchLine.application_id == row.id,
                AdmissionBatchLine.undone_at.is_(None),
                AdmissionBatch.at > clock.now() - UNDO_FOR,
            )
        )
        waiting = [group for group in letters if group]
    if waiting:
        take_back(waiting, "the state had changed before it left")
