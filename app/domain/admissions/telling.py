"""Writing to the family of an application: the one place that every step of admissions goes through."""

from __future__ import annotations

from app.domain.admissions.messages.queries import written
from app.domain.admissions.models import Application
from app.domain.kernel.names import name_in
from app.domain.outbox.services import write_mail, write_sms
from app.domain.outbox.types import Channel


def child_of(row: Application) -> str:
    """The child's name in the language of the family."""
    return name_in(row.locale, row.child_name_en, row.child_name_bn, row.child_name_ar)[0]


def tell_family(
    row: Application, kind: str, letter: tuple[str, str], text: str | None = None, **values: str
) -> None:
    """Mail the family; where it has given no address, send the short text to its phone, if there is one.

    Where the campus has written the message in its own words, they leave in place of ours, with `values` for the
    names in them.
    """
    values |= {"child": child_of(row), "reference": row.reference or ""}
    if row.email:
        own = written(row.campus_id, kind, Channel.MAIL, row.locale, values)
        subject, body = (own.subject, own.body) if own else letter
        write_mail(kind, row.email, row.locale, subject, body, campus_id=row.campus_id)
    elif row.phone and text:
        own = written(row.campus_id, kind, Channel.SMS, row.locale, values)
        write_sms(kind, row.phone, row.locale, own.body if own else text, campus_id=row.campus_id)
