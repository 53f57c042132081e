"""A forgotten password.

Whether an account exists must show neither in the answer nor in its time. So the page only writes down what was
typed, the same row for everybody, and a worker looks it up: what takes longer for an account that exists happens
where nobody waits.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select

from app.domain.accounts.letters import reset_letter
from app.domain.accounts.models import ResetRequest
from app.domain.accounts.queries import find_invitee
from app.domain.accounts.services import counted_name, find_by_name, issue_link
from app.domain.accounts.types import LinkPurpose, UserStatus
from app.domain.audit.services import record
from app.domain.kernel.access import visitor
from app.domain.limits.rules import network_of
from app.domain.limits.services import take
from app.domain.limits.types import Limit
from app.domain.outbox.services import write_mail
from app.queue import JobName, enqueue
from app.uow import transaction

_AT_ONCE = 200


def ask_for_reset(identifier: str, *, ip: str | None = None, user_agent: str | None = None) -> None:
    """Write down that whoever signs in by this name has forgotten the password.

    Raises TooMany, which is decided by what was typed and does not tell whether there is such an account.
    """
    take(
        visitor("en", ip=ip, user_agent=user_agent),
        (Limit.FORGOTTEN_ACCOUNT, counted_name(identifier)),
        (Limit.FORGOTTEN_ADDRESS, network_of(ip)),
    )
    with transaction() as db:
        db.add(
            ResetRequest(
                identifier=identifier.strip()[:254],
                ip_address=ip,
                user_agent=(user_agent or "")[:300] or None,
            )
        )
        enqueue(JobName.ANSWER_RESETS)


def answer_resets(link_builder: Callable[[str, str], str]) -> int:
    """Send a link for each request that names an active account with an address. Returns how many were sent.

    The newest link of an account ends the ones before. Every request is gone afterwards, and with it what
    was typed. `link_builder(locale, token)` makes the address of the page.
    """
    sent = 0
    while True:
        with transaction() as db:
            # One at a time and each in its own transaction: a second worker takes the next one.
            waiting = db.scalar(
                select(ResetRequest).order_by(ResetRequest.id).limit(1).with_for_update(skip_locked=True)
            )
            if waiting is None or sent >= _AT_ONCE:
                return sent
            sent += _answer(waiting, link_builder)
            db.execute(delete(ResetRequest).where(ResetRequest.id == waiting.id))


def _answer(request: ResetRequest, link_builder: Callable[[str, str], str]) -> bool:
    found = find_by_name(request.identifier)
    owner = find_invitee(found.user_id) if found and found.status is UserStatus.ACTIVE else None
    asker = visitor("en", ip=request.ip_address, user_agent=request.user_agent)
    record(asker, "user.reset_asked", "user", found.user_id if found else None)
    if found is None or owner is None or not owner.email:
        return False
    token = issue_link(asker, found.user_id, LinkPurpose.RESET)
    subject, body = reset_letter(owner.locale, owner.name, link_builder(owner.locale, token))
    write_mail("password_reset", owner.email, owner.locale, subject, body)
    return True
