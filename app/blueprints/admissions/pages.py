"""What the officer's pages show, put together from what the domain gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext

from app.blueprints.admissions.words import ACTION_WORDS, EVENT_WORDS
from app.domain.accounts.queries import list_user_names
from app.domain.admissions.queries import (
    PAGE_SIZE,
    count_by_status,
    find_place,
    list_queue,
    list_queue_classes,
)
from app.domain.admissions.rules import IN_THE_QUEUE
from app.domain.admissions.types import (
    ApplicationStatus,
    ApplicationView,
    DocumentKind,
    EventKind,
    EventView,
    QueueFilter,
)
from app.domain.kernel.access import Actor
from app.domain.kernel.paging import page_number
from app.domain.kernel.texts import LocalText
from app.domain.people.policies import students_reached
from app.domain.people.queries import (
    ChildLine,
    GuardianRow,
    find_guardian_by_phone,
    list_children_of_guardians,
)
from app.web.admission import PAPER_WORDS
from app.web.i18n import moment
from app.web.offers import offer_event_word
from app.web.words import status_label


@dataclass(frozen=True)
class KnownGuardian:
    """A guardian the school knows by the phone number of an application, and their children within reach."""

    guardian: GuardianRow
    children: list[ChildLine]


def known_guardian(actor: Actor, application: ApplicationView) -> KnownGuardian | None:
    """Who at the school has this phone number, or None."""
    found = find_guardian_by_phone(application.phone) if application.phone else None
    if found is None:
        return None
    reached = students_reached(actor)
    return KnownGuardian(found, list_children_of_guardians(reached, [found.guardian_id], locale=actor.locale))


# --- the queue


def _status(text: str | None) -> ApplicationStatus | None:
    return next((state for state in IN_THE_QUEUE if state.value == text), None)


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def queue_context(
    actor: Actor, kept: Mapping[str, str], application: ApplicationView | None = None
) -> dict[str, Any]:
    """The queue under a filter: beside a record the page that holds it, else the page in the address."""
    wanted = QueueFilter(
        _status(kept.get("status")), _key(kept.get("class")), kept.get("q", "")[:100].replace("\0", "")
    )
    counts = count_by_status(actor, wanted)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    place = find_place(actor, wanted, application) if application else None
    number = -(-place.position // PAGE_SIZE) if place else page_number(request.args.get("page"))
    page = list_queue(actor, wanted, number, total)
    classes = list_queue_classes(actor)
    query = {name: value for name, value in kept.items() if name != "status"}
    return {
        "page": page,
        "wanted": wanted,
        "kept": dict(kept),
        "total": total,
        "place": place,
        "classes": classes,
        "class_names": {label.id: label.name for label in classes},
        "states": [
            (
                status_label(state.value),
                _queue_url(query | {"status": state.value}),
                state is wanted.status,
                count,
            )
            for state in IN_THE_QUEUE
            if (count := counts.get(state, 0)) or state is wanted.status
        ],
        "all_states": (gettext("All"), _queue_url(query), wanted.status is None, sum(counts.values())),
        "page_url": lambda number: _queue_url({**kept, "page": str(number)}),
        "is_filtered": bool(wanted.status or wanted.class_id or wanted.query),
    }


def _queue_url(query: Mapping[str, str]) -> str:
    return url_for("admissions.queue", **query)  # type: ignore[arg-type]  # url_for takes query parameters of any name


# --- histories


@dataclass(frozen=True)
class Line:
    """A line of a history."""

    title: object
    when: str
    by: LocalText | None
    note: str | None
    more: str = ""


def history_lines(events: Iterable[EventView]) -> list[Line]:
    """What happened, newest first, without the notes, which have a card of their own."""
    return [_line(event) for event in reversed(list(events)) if event.kind.value != "note"]


def _line(event: EventView) -> Line:
    undone = gettext("Enrolment taken back") if event.details.get("undone") else None
    title = (
        undone
        or offer_event_word(event.details)
        or EVENT_WORDS.get(event.kind)
        or (status_label(event.to_status.value) if event.to_status else "")
    )
    more = ""
    if event.details.get("student_no"):
        more = gettext(
            "%(number)s, section %(section)s, roll number %(roll)s",
            number=event.details["student_no"],
            section=event.details.get("section", ""),
            roll=event.details.get("roll_number", ""),
        )
    if event.kind is EventKind.PAPER:
        more = str(PAPER_WORDS[DocumentKind(event.details["paper"])])
    return Line(title, moment(event.at), event.by, event.note, more)


@dataclass(frozen=True)
class AuditLine:
    """Who did what, from where, and what changed from what to what."""

    action: object
    when: str
    by: LocalText | None
    address: str
    changes: list[tuple[str, str, str]]


def audit_lines(entries: Iterable[Any]) -> list[AuditLine]:
    """The audit log of a record for those who may read it."""
    rows = list(entries)
    names = list_user_names({row.user_id for row in rows if row.user_id})
    return [
        AuditLine(
            action=ACTION_WORDS.get(row.action, row.action),
            when=moment(row.at),
            by=names.get(row.user_id) if row.user_id else None,
            address=row.ip_address or "",
            changes=_changes(row.old_data or {}, row.new_data or {}),
        )
        for row in rows
    ]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (name, str(old.get(name) or "–"), str(new.get(name) or "–")) for name in dict.fromkeys([*old, *new])
    ]
