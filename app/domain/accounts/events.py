"""What happens to an account: written into the audit log and told to its owner, in one place.

An event that is not told to its owner is half an alarm, and a letter about something that is in no log cannot
be looked into. So nothing of this kind is recorded anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
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
        owner = find_invitee(user_id)
        if owner is None:
            return
        own_act = actor.user_id == user_id
        device = " · ".join(filter(None, describe_device(actor.user_agent))) if own_act else ""
        subject, body = event_letter(
            owner.locale, owner.name, event, device=device, address=(actor.ip or "") if own_act else ""
        )
        for address in dict.fromkeys(filter(None, (owner.email, also_to))):
            write_mail(event.value.replace(".", "_"), address, owner.locale, subject, body)
