"""Writing the audit log, always inside the transaction of the act itself; chaining it shortly afterwards."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from structlog.contextvars import get_contextvars

from app.domain.audit.models import AuditEntry
from app.domain.audit.queries import facts_columns, find_head
from app.domain.audit.rules import GENESIS, chain
from app.domain.audit.types import EntryFacts, Head
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden
from app.domain.kernel.texts import LocalText
from app.uow import session, transaction

log = logging.getLogger(__name__)

_SECRET = ("password", "token", "secret", "hash")
_MASK = "•••"


def plain(value: object) -> Any:
    """A value as JSON holds it: dates and keys as text, decimals as text so that no digit is lost."""
    match value:
        case None | bool() | int() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return value.value
        case LocalText():
            return value.to_dict()
        case datetime() | date() | time():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case Mapping():
            return {str(key): plain(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(part) for part in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return plain(asdict(value))
        case _:
            return str(value)


def _masked(data: Mapping[str, object] | None) -> dict[str, Any] | None:
    if data is None:
        return None
    return {key: _MASK if _is_secret(key) else _masked_value(plain(value)) for key, value in data.items()}


def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in _SECRET)


def _masked_value(value: Any) -> Any:
    """A plain value without the secrets in it, however deep they stand."""
    match value:
        case dict():
            return {key: _MASK if _is_secret(key) else _masked_value(part) for key, part in value.items()}
        case list():
            return [_masked_value(part) for part in value]
        case _:
            return value


def record(
    actor: Actor,
    action: str,
    entity_type: str,
    entity_id: UUID | None,
    *,
    campus_id: UUID | None = None,
    old: Mapping[str, object] | None = None,
    new: Mapping[str, object] | None = None,
) -> None:
    """Add one entry: `action` is `resource.verb`, such as `application.decided`.

    Secrets are masked by the name of their field. The entry shares the fate of the open transaction. It carries
    the number of the request that the lines of the log carry.
    """
    session().add(
        AuditEntry(
            user_id=actor.user_id,
            campus_id=campus_id,
            action=action,
            entity_type=entity_type,
            entity_id=entity_id,
            old_data=_masked(old),
            new_data=_masked(new),
            ip_address=actor.ip,
            user_agent=(actor.user_agent or "")[:300] or None,
            request_id=actor.request_id or get_contextvars().get("request_id"),
        )
    )


def record_change(
    actor: Actor,
    action: str,
    entity_type: str,
    entity_id: UUID,
    *,
    old: Mapping[str, object],
    new: Mapping[str, object],
    campus_id: UUID | None = None,
) -> bool:
    """Add one entry with only the fields that differ. Nothing is written where nothing changed.

    Returns whether anything changed.
    """
    before, after = plain(old), plain(new)
    changed = [key for key in after if after[key] != before.get(key)]
    if not changed:
        return False
    record(
        actor,
        action,
        entity_type,
        entity_id,
        campus_id=campus_id,
        old={key: before.get(key) for key in changed},
        new={key: after[key] for key in changed},
    )
    return True


def record_export(actor: Actor, wanted: Mapping[str, object]) -> None:
    """Say that somebody takes entries out as a file, before the first one leaves. Raises Forbidden."""
    if not actor.may(Permission.AUDIT_EXPORT):
        raise Forbidden
    with transaction():
        record(
            actor, "audit.exported", "audit", None, new={"filters": {k: v for k, v in wanted.items() if v}}
        )
    log.info("audit exported", extra={"actor": str(actor.user_id)})


# --- the chain

_AT_ONCE = 1000
_LOCK = func.pg_advisory_xact_lock(func.hashtext("audit chain"))
_FILL = text("""
    UPDATE audit_logs SET sequence = link.sequence, previous_hash = link.previous_hash, hash = link.hash
    FROM unnest(cast(:keys AS uuid[]), cast(:numbers AS bigint[]), cast(:before AS bytea[]), cast(:own AS bytea[]))
        AS link (id, sequence, previous_hash, hash)
    WHERE audit_logs.id = link.id
""")


def chain_entries() -> int:
    """Give every stored entry that has none yet its place in the chain. Returns how many there were.

    Only chainers wait for each other: the transactions that write entries neither take nor meet the lock. The
    numbers are given to what is stored already, so that a rolled-back act leaves no gap.
    """
    done = 0
    while True:
        with transaction():
            count = _chain_some()
        done += count
        if count < _AT_ONCE:
            return done


def _chain_some() -> int:
    db = session()
    db.execute(select(_LOCK))
    waiting = db.execute(
        select(*facts_columns()).where(AuditEntry.sequence.is_(None)).order_by(AuditEntry.id).limit(_AT_ONCE)
    ).all()
    if not waiting:
        return 0
    head = find_head()
    links = list(
        chain(
            (EntryFacts(*row) for row in waiting), after=(head.sequence, head.hash) if head else (0, GENESIS)
        )
    )
    db.execute(
        _FILL,
        {
            "keys": [link.facts.id for link in links],
            "numbers": [link.sequence for link in links],
            "before": [link.previous_hash for link in links],
            "own": [link.hash for link in links],
        },
    )
    return len(links)


def write_anchor() -> Head | None:
    """Chain what waits and write the end of the chain to the log of the application. Returns it."""
    chain_entries()
    head = find_head()
    if head:
        log.info(
            "audit head",
            extra={"sequence": head.sequence, "hash": head.hash.hex(), "at": head.at.isoformat()},
        )
    return head
