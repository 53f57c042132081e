"""What happens to an account: written into the audit log and told to its owner, in one place.

An event that is not told to its owner is half an alarm, and a letter about something that is in no log cannot
be looked into. So nothing of this kind is recorded anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from app.domain.accounts.letters import event_letter
from app.domain.accounts.queries import find_invitee
from app.domain.accounts.rules import describe_device
from app.domain.accounts.types import AccountEvent
from app.domain.audit.services import record
from app.domain.kernel.access import Actor
from app.domain.outbox.services import write_mail
from app.uow import transaction


def tell_owner(
    actor: Actor,
    user_id: UUID,
    event: AccountEvent,
    *,
    old: Mapping[str, object] | None = None,
    new: Mapping[str, object] | None = None,
    also_to: str | None = None,
) -> None:
    """Record what happened to an account and mail it to its owner, and to the address it had before.

    An account without an address has only the entry. Where somebody else did it, the letter does not tell
    from which device.
    """
    with transaction():
        record(actor, event.value, "user", user_id, old=old, new=new)
        own_act = actor.user_id == user_id
        device = " · ".join(filter(None, describe_device(actor.user_agent))) if own_act else ""
        write = partial(event_letter, event=event, device=device, address=(actor.ip or "") if own_act else "")
        write_to_owner(event.value.replace(".", "_"), user_id, write, also_to=also_to)


def write_to_owner(
    kind: str,
    user_id: UUID,
    write: Callable[[str, str], tuple[str, str]],
    *,
    also_to: str | None = None,
) -> None:
    """A letter to the owner of an account, where there is an address. It leaves with the change or not at all.

    `write(locale, name)` makes subject and text.
    """
    with transaction():
        owner = find_invitee(user_id)
        if owner is None:
            return
        subject, body = write(owner.locale, owner.name)
        for address in dict.fromkeys(filter(None, (owner.email, also_to))):
            write_mail(kind, address, owner.locale, subject, body)
