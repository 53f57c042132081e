"""What the officer's pages show, put together from what the domain gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext

from app.blueprints.admissions.words import ACTION_WORDS, BULK_WORDS, DOUBT_WORDS, EVENT_WORDS
from app.domain.academics.queries import ClassLabel, class_labels
from app.domain.accounts.queries import list_user_names
from app.domain.admissions.desk.presence import POLL_SECONDS, note_presence
from app.domain.admissions.desk.queries import (
    PAGE_SIZE,
    count_by_status,
    find_place,
    list_desk_cycles,
    list_officers,
    list_queue,
    list_queue_classes,
    list_saved_filters,
)
from app.domain.admissions.desk.types import DeskCycle, Doubt, Officer, QueueFilter
from app.domain.admissions.rules import IN_THE_QUEUE
from app.domain.admissions.types import (
    ApplicationStatus,
    ApplicationView,
    DocumentKind,
    EventKind,
    EventView,
)
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.clock import today
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


KEPT = ("status", "class", "q", "cycle", "officer", "doubt", "papers")
"""What an address of the queue says about its filter."""

MINE, NOBODYS, EVERY_CYCLE = "mine", "nobody", "all"


def kept() -> dict[str, Any]:
    """The filter in the address, to be carried along: texts, as `url_for` takes parameters of any name."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def here(application_id: UUID) -> str:
    """The record of an application beside the queue under the filter."""
    return url_for("admissions.record", application_id=application_id, **kept())


def tidy_query(text: str) -> dict[str, str]:
    """A filter as it stood in an address, without whatever does not belong to one."""
    return {name: value[:100] for name, value in parse_qsl(text[:2000]) if name in KEPT and value}


def _status(text: str | None) -> ApplicationStatus | None:
    return next((state for state in IN_THE_QUEUE if state.value == text), None)


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _cycles_wanted(
    text: str, cycles: Iterable[DeskCycle], application: ApplicationView | None
) -> frozenset[UUID] | None:
    """The cycles of the queue: those of the address, or unasked those of now. None: every one.

    Beside an application of another cycle the queue is that of its own.
    """
    if text == EVERY_CYCLE:
        return None
    key = _key(text)
    if key:
        return frozenset({key})
    now = frozenset(cycle.id for cycle in cycles if cycle.is_now)
    return frozenset({application.cycle_id}) if application and application.cycle_id not in now else now


def queue_filter(
    actor: Actor,
    kept: Mapping[str, str],
    cycles: Iterable[DeskCycle],
    application: ApplicationView | None = None,
) -> QueueFilter:
    """What an address asks of the queue. What makes no sense in it is left out."""
    officer = kept.get("officer", "")
    return QueueFilter(
        status=_status(kept.get("status")),
        class_id=_key(kept.get("class")),
        query=kept.get("q", "")[:100].replace("\0", ""),
        cycle_ids=_cycles_wanted(kept.get("cycle", ""), cycles, application),
        officer_id=actor.user_id if officer == MINE else _key(officer),
        nobodys=officer == NOBODYS,
        doubt=next((each for each in Doubt if each.value == kept.get("doubt")), None),
        papers_open=kept.get("papers") == "open",
    )


def queue_context(
    actor: Actor, kept: Mapping[str, str], application: ApplicationView | None = None
) -> dict[str, Any]:
    """The queue under a filter: beside a record the page that holds it, else the page in the address."""
    cycles = list_desk_cycles(actor, today())
    wanted = queue_filter(actor, kept, cycles, application)
    counts = count_by_status(actor, wanted)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    place = find_place(actor, wanted, application) if application else None
    number = -(-place.position // PAGE_SIZE) if place else page_number(request.args.get("page"))
    page = list_queue(actor, wanted, number, total)
    classes = list_queue_classes(actor, wanted.cycle_ids)
    officers = list_officers(actor)
    own = _saved_filters(actor, kept)
    query = {name: value for name, value in kept.items() if name != "status"}
    return {
        "page": page,
        "wanted": wanted,
        "kept": dict(kept),
        "total": total,
        "place": place,
        "classes": classes,
        "class_names": _class_names(classes, application),
        "cycles": cycles,
        "officers": officers,
        "officer_names": {officer.id: officer.name for officer in officers},
        "milestones": {cycle.id: cycle.milestones for cycle in cycles},
        "saved_filters": [(name, url, is_this, None) for _, name, url, is_this in own],
        "saved_filter_names": [(key, name) for key, name, *_ in own],
        "doubt_words": DOUBT_WORDS,
        "bulk_words": BULK_WORDS,
        "may_act": actor.may(Permission.APPLICATIONS_DECIDE),
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
        "all_states": (gettext("All states"), _queue_url(query), wanted.status is None, sum(counts.values())),
        "page_url": lambda number: _queue_url({**kept, "page": str(number)}),
        "is_filtered": bool(kept),
        "is_narrowed": any(name in kept for name in ("cycle", "officer", "doubt", "papers")),
    }


def _class_names(classes: Iterable[ClassLabel], application: ApplicationView | None) -> dict[UUID, LocalText]:
    """The names of the classes in the queue, and that of a record which stands outside it."""
    names = {label.id: label.name for label in classes}
    if application and application.class_id and application.class_id not in names:
        names |= {key: label.name for key, label in class_labels([application.class_id]).items()}
    return names


def _saved_filters(actor: Actor, kept: Mapping[str, str]) -> list[tuple[UUID, str, str, bool]]:
    """(key, name, address, whether it is the present one) of the actor's own filters."""
    return [
        (each.id, each.name, _queue_url(tidy_query(each.query)), tidy_query(each.query) == dict(kept))
        for each in list_saved_filters(actor)
    ]


def _queue_url(query: Mapping[str, Any]) -> str:
    return url_for("admissions.queue", **query)


def officers_at(officers: Iterable[Officer], campus_id: UUID) -> list[Officer]:
    """Those to whom an application of a campus can be given."""
    return [officer for officer in officers if officer.works_at(campus_id)]


def parts_of_record(*, audited: bool) -> list[tuple[str, str]]:
    """(anchor, name) of the parts of a record, in their order."""
    parts = [
        ("overview", gettext("At a glance")),
        ("facts", gettext("Form")),
        ("papers", gettext("Documents")),
        ("family", gettext("Family")),
        ("notes", gettext("Notes")),
        ("history", gettext("History")),
    ]
    return [*parts, ("audit", gettext("Audit"))] if audited else parts


# --- who else is here


def presence(actor: Actor, application: ApplicationView) -> dict[str, Any]:
    """Who else has an application open, and a mark by which a page asks whether that is still so."""
    present = note_presence(actor, application.id)
    mark = "-".join(each.user_id.hex[-8:] for each in present)
    return {"present": present, "present_mark": mark, "poll_seconds": POLL_SECONDS}


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
    undone = gettext("Enrolment taken back") if event.details.get("enrolment_undone") else None
    title = (
        undone
        or offer_event_word(event.details)
        or EVENT_WORDS.get(event.kind)
        or (status_label(event.to_status.value) if event.to_status else "")
    )
    more = ""
    if event.details.get("merged_into"):
        title = gettext("Merged into %(reference)s", reference=event.details["merged_into"])
    if event.details.get("undone"):
        more = gettext("Taken back before the family was told.")
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
