"""What applying counts, so that no machine fills the queue; the numbers stand in app/domain/limits/rules.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from app.domain.admissions.queries import find_by_reference
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import InvalidValue, Refused
from app.domain.kernel.references import parse_reference
from app.domain.limits.rules import network_of
from app.domain.limits.services import give_back, take
from app.domain.limits.types import Counted, Limit


def count_start(actor: Actor) -> None:
    """One more application begun. Raises TooMany."""
    network = network_of(actor.ip)
    take(actor, (Limit.START_ADDRESS, network), (Limit.START_ADDRESS_DAY, network), (Limit.START_ALL, ""))


@contextmanager
def sending_counted(actor: Actor, application: ApplicationView) -> Iterator[None]:
    """One more application sent, unless the block refuses it. Raises TooMany."""
    network = network_of(actor.ip)
    counted: list[Counted] = [
        (Limit.SEND_ADDRESS, network),
        (Limit.SEND_ADDRESS_DAY, network),
        (Limit.SEND_ALL, ""),
    ]
    if application.phone:
        counted.append((Limit.SEND_PHONE, application.phone))
    take(actor, *counted)
    try:
        yield
    except Refused:
        give_back(*counted)
        raise


def count_upload(actor: Actor, application_id: UUID) -> None:
    """One more file, before it is read; one in pieces with its first. Raises TooMany."""
    take(actor, (Limit.UPLOAD_ADDRESS, network_of(actor.ip)), (Limit.UPLOAD_APPLICATION, str(application_id)))


def find_counted(actor: Actor, typed: str, phone: str) -> ApplicationView | None:
    """The application of a reference and a phone; pairs that do not belong together are counted. Raises TooMany."""
    try:
        reference = parse_reference(typed)
    except InvalidValue:
        reference = ""
    counted: list[Counted] = [(Limit.WRONG_STATUS_ADDRESS, network_of(actor.ip))]
    if reference:
        counted.append((Limit.WRONG_STATUS_REFERENCE, reference))
    take(actor, *counted)
    application = find_by_reference(reference, phone) if reference else None
    if application is not None:
        give_back(*counted)
    return application
