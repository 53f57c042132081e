"""Reads of the officer's desk: the queue and its filters, second applications, milestones, acts on many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from app.db import constants
from app.domain.academics.queries import ClassLabel, classes_labelled, year_name_columns
from app.domain.accounts.queries import list_holders, list_user_names, user_name_columns
from app.domain.admissions.desk.models import (
    AdmissionBatch,
    AdmissionBatchLine,
    AdmissionMilestone,
    ApplicationMilestone,
    ApplicationPair,
    SavedQueueFilter,
)
from app.domain.admissions.desk.rules import (
    UNDO_FOR,
    campus_of,
    check_order,
    cycles_shown,
    foresee,
    may_merge,
)
from app.domain.admissions.desk.types import (
    BatchLine,
    BatchView,
    BulkRow,
    DeskCycle,
    Doubt,
    Duplicate,
    Effect,
    FileRow,
    Milestone,
    MilestoneDetails,
    Officer,
    Order,
    Place,
    QueueFilter,
    QueueRow,
    QueueView,
    Reached,
    SavedFilter,
    Settled,
)
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionQuota,
    AdmissionSeat,
    Application,
    ApplicationDocument,
)
from app.domain.admissions.papers.models import AdmissionPaperKind
from app.domain.admissions.queries import IS_SENT, view_of, within
from app.domain.admissions.rules import IN_THE_QUEUE, duplicate_reason
from app.domain.admissions.types import ApplicationStatus, ApplicationView, DuplicateReason
from app.domain.files.queries import refused_files
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.digits import compact
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import search_tokens
from app.domain.kernel.paging import Page
from app.domain.kernel.phones import PhoneError, normalise_mobile
from app.domain.kernel.references import ReferenceError_, parse_reference
from app.domain.kernel.texts import LocalText
from app.uow import read, session

PAGE_SIZE = 50
_SIZE: Any = literal_column(f"{PAGE_SIZE}")
_ONE: Any = literal_column("1")
"""Numbers and no parameters: a plan that is kept knows how few rows are asked for."""
_FORMS = 200
"""So many sets of filters are kept as statements."""
_LIVING = constants(state for state in IN_THE_QUEUE if state is not ApplicationStatus.WITHDRAWN)
"""What the family took back is no second application any more."""


# --- what the queue is narrowed by


# A filter is taken apart into names and values: the names decide the form of a statement, which is built, and by
# PostgreSQL planned, once for each set of them. Building one takes Python longer than PostgreSQL needs to answer it.


def _asked(actor: Actor, wanted: QueueFilter, *, any_status: bool = False) -> dict[str, Any]:
    """What a filter asks, by the names of `_condition`."""
    campuses = actor.campuses_for(Permission.APPLICATIONS_READ)
    asked: dict[str, Any] = {} if campuses is ALL else {"campuses": list(campuses)}
    asked |= _asked_in_words(wanted.query)
    if wanted.cycle_ids is not None:
        cycles = list(wanted.cycle_ids)
        # One is said plainly, so that the index of the cycle gives its applications in the order of the queue.
        asked |= {"cycle": cycles[0]} if len(cycles) == 1 else {"cycles": cycles}
    given = {
        "class": wanted.class_id,
        "status": None if any_status else wanted.status,
        "officer": wanted.officer_id,
        "nobodys": wanted.nobodys,
        "papers_open": wanted.papers_open,
        wanted.doubt or "": wanted.doubt,
    }
    return asked | {name: value for name, value in given.items() if value}


def _asked_in_words(query: str) -> dict[str, Any]:
    """What a query asks for: a reference, a phone number or a part of one, words of a name."""
    if not query.strip():
        return {}
    with suppress(ReferenceError_):
        return {"reference": parse_reference(query)}
    with suppress(PhoneError):
        return {"phone": normalise_mobile(query)}
    digits = compact(query).removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return {"digits": digits, "part": digits.removeprefix("0")}
    # The words of a query hold letters, marks and digits only, so none needs escaping.
    words = {f"word{place}": f"% {token}%" for place, token in enumerate(search_tokens(query))}
    return words or {"nothing": True}


def _condition(name: str) -> Any:
    """What a name of `_asked` means; its value is the parameter of the same name."""
    value: Any = bindparam(name)
    if name.startswith("word"):
        return literal(" ").concat(Application.search_key).like(value)
    match name:
        case "campuses":
            return Application.campus_id == any_(bindparam(name, type_=ARRAY(Uuid)))
        case "cycles":
            return Application.cycle_id == any_(bindparam(name, type_=ARRAY(Uuid)))
        case "cycle":
            return Application.cycle_id == value
        case "class":
            return Application.class_id == value
        case "status":
            return Application.status == value
        case "officer":
            return Application.assigned_to == value
        case "nobodys":
            return Application.assigned_to.is_(None)
        case "papers_open":
            return _papers_open()
        case "reference":
            return Application.reference == value
        case "phone":
            return Application.phone == value
        case "part":
            return true()  # asked together with the digits
        case "digits":
            return or_(
                Application.phone.contains(bindparam("part")),
                Application.reference.contains(value),
                Application.birth_registration_no == value,
            )
        case "nothing":
            return false()
        case _:
            return _beside(Doubt(name))


def _conditions(names: Iterable[str]) -> list[Any]:
    return [IS_SENT, *(_condition(name) for name in sorted(names))]


def _settled(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether somebody has found out what two applications are to each other."""
    found = exists().where(
        ApplicationPair.first_id == func.least(one, other),
        ApplicationPair.second_id == func.greatest(one, other),
    )
    return found.correlate_except(ApplicationPair)


def _beside(doubt: Doubt) -> ColumnElement[bool]:
    """Whether another application of the same cycle raises this doubt, and nobody has settled it."""
    other = aliased(Application)

    def there_is(*alike: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(
            *alike,
            other.id != Application.id,
            # Written so that no index answers it: half of all applications are of one cycle.
            other.cycle_id.is_not_distinct_from(Application.cycle_id),
            other.status.in_(_LIVING),
            ~_settled(Application.id, other.id),
        )

    if doubt is Doubt.FAMILY:
        found = there_is(other.phone == Application.phone)
    else:
        # Two questions and not one with "or" inside: each is then answered by its own index.
        found = there_is(other.birth_registration_no == Application.birth_registration_no) | there_is(
            other.born_on == Application.born_on,
            or_(
                other.child_name_en == Application.child_name_en,
                other.child_name_bn == Application.child_name_bn,
                other.child_name_ar == Application.child_name_ar,
            ),
        )
    return and_(Application.status.in_(_LIVING), found)


def _papers_open() -> ColumnElement[bool]:
    """Whether a paper that is asked for is missing, or one that was sent was refused."""
    own = ApplicationDocument.application_id == Application.id
    refused = refused_files().subquery()
    is_refused = exists().where(own, ApplicationDocument.file_id == refused.c.id)
    kinds = select(cast(ApplicationDocument.document_type, Text)).where(own).correlate(Application)
    sent = func.array(kinds.scalar_subquery(), type_=ARRAY(Text))

    spare = select(cast(AdmissionCycle.spare_papers, ARRAY(Text))).where(
        AdmissionCycle.id == Application.cycle_id
    )
    enough = sent.op("||")(spare.correlate(Application).scalar_subquery())

    def lacks(papers: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(*where, ~cast(papers, ARRAY(Text)).contained_by(enough))

    return or_(
        is_refused,
        lacks(AdmissionCycle.papers, AdmissionCycle.id == Application.cycle_id),
        lacks(
            AdmissionSeat.papers,
            AdmissionSeat.cycle_id == Application.cycle_id,
            AdmissionSeat.class_id == Application.class_id,
        ),
        lacks(AdmissionQuota.papers, AdmissionQuota.id == Application.quota_ids.any_()),
    )


# --- the queue

_ORDER = (Application.submitted_at.desc(), Application.id.desc())


def count_by_status(actor: Actor, wanted: QueueFilter) -> dict[ApplicationStatus, int]:
    """How many applications of the filter stand in each state, in one statement."""
    asked = _asked(actor, wanted, any_status=True)
    return {row[0]: row[1] for row in read(_counted(frozenset(asked)), asked)}


@lru_cache(_FORMS)
def _counted(names: frozenset[str]) -> Any:
    return (
        select(Application.status, func.count())
        .where(*_conditions(names))
        .group_by(Application.status)
        .execution_options(prepared=True)
    )


def list_queue(actor: Actor, wanted: QueueFilter, number: int, total: int) -> Page[QueueRow]:
    """Page `number` of the queue, newest first. `total` is known from the counts. One statement."""
    asked = _asked(actor, wanted)
    rows = read(_listed(frozenset(asked)), asked | {"start": (number - 1) * PAGE_SIZE})
    return Page(_queue_rows(rows), number, PAGE_SIZE, total)


def _queue_rows(rows: Iterable[Any]) -> list[QueueRow]:
    return [
        QueueRow(key, reference or "", LocalText(en or "", bn or "", ar or ""), class_id, *rest)
        for key, reference, en, bn, ar, class_id, *rest in map(tuple[Any, ...], rows)
    ]


@lru_cache(_FORMS)
def _listed(names: frozenset[str]) -> Any:
    # What is asked about each row is asked about those of this page only, not about all that are skipped.
    shown = (
        select(Application.id)
        .where(*_conditions(names))
        .order_by(*_ORDER)
        .limit(_SIZE)
        .offset(bindparam("start"))
        .subquery()
    )
    return _rows(Application.id.in_(select(shown.c.id)))


@cache
def _chosen_rows() -> Any:
    return _rows(Application.id == any_(bindparam("keys", type_=ARRAY(Uuid))))


def _rows(which: ColumnElement[bool]) -> Any:
    """What makes a `QueueRow` of these applications."""
    ticked = (
        select(func.count()).where(ApplicationMilestone.application_id == Application.id).scalar_subquery()
    )
    return (
        select(
            Application.id,
            Application.reference,
            Application.child_name_en,
            Application.child_name_bn,
            Application.child_name_ar,
            Application.class_id,
            Application.cycle_id,
            Application.status,
            Application.submitted_at,
            Application.assigned_to,
            ticked,
            _beside(Doubt.SECOND),
        )
        .where(which)
        .order_by(*_ORDER)
        .execution_options(prepared=True)
    )


def find_place(actor: Actor, wanted: QueueFilter, application: ApplicationView) -> Place:
    """Where an application stands in the filtered queue, and what is before and after it. One statement."""
    asked = _asked(actor, wanted)
    here = {"here_at": application.submitted_at, "here": application.id}
    count, previous_id, next_id = read(_placed(frozenset(asked)), asked | here).one()
    return Place(count + 1, previous_id, next_id)


@lru_cache(_FORMS)
def _placed(names: frozenset[str]) -> Any:
    here = tuple_(bindparam("here_at", type_=Application.submitted_at.type), bindparam("here", type_=Uuid()))
    order = tuple_(Application.submitted_at, Application.id)
    before = select(Application.id).where(*_conditions(names), order > here)
    after = select(Application.id).where(*_conditions(names), order < here)
    return select(
        select(func.count()).select_from(before.subquery()).scalar_subquery(),
        before.order_by(Application.submitted_at, Application.id).limit(_ONE).scalar_subquery(),
        after.order_by(*_ORDER).limit(_ONE).scalar_subquery(),
    ).execution_options(prepared=True)


def view_queue(
    actor: Actor, wanted: QueueFilter, number: int, beside: ApplicationView | None = None
) -> QueueView:
    """Page `number` of the queue, or the one that an application stands on, and how many there are in each state."""
    if wanted.doubt or wanted.papers_open:
        return _view_narrowed(actor, wanted, number, beside)
    counts = count_by_status(actor, wanted)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    place = find_place(actor, wanted, beside) if beside else None
    return QueueView(counts, list_queue(actor, wanted, _page_of(place, number), total), place)


def _page_of(place: Place | None, number: int) -> int:
    return -(-place.position // PAGE_SIZE) if place else number


def _view_narrowed(
    actor: Actor, wanted: QueueFilter, number: int, beside: ApplicationView | None
) -> QueueView:
    """The same under a filter that looks from each application to others: it is asked once, and the counts, the page
    and the place are taken from its answer.
    """
    asked = _asked(actor, wanted, any_status=True)
    found = list(read(_narrowed(frozenset(asked)), asked))
    kept = [row for row in found if wanted.status in (None, row.status)]
    place = _place_among(kept, beside) if beside else None
    number = _page_of(place, number)
    keys = [row.id for row in kept[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]
    page = Page(_queue_rows(read(_chosen_rows(), {"keys": keys})), number, PAGE_SIZE, len(kept))
    return QueueView(Counter(row.status for row in found), page, place)


@lru_cache(_FORMS)
def _narrowed(names: frozenset[str]) -> Any:
    return (
        select(Application.id, Application.status, Application.submitted_at)
        .where(*_conditions(names))
        .order_by(*_ORDER)
        .execution_options(prepared=True)
    )


def _place_among(rows: Sequence[Any], application: ApplicationView) -> Place:
    here = (application.submitted_at, application.id)
    before = [row.id for row in rows if (row.submitted_at, row.id) > here]
    after = next((row.id for row in rows if (row.submitted_at, row.id) < here), None)
    return Place(len(before) + 1, before[-1] if before else None, after)


def list_queue_classes(actor: Actor, cycle_ids: frozenset[UUID] | None = None) -> list[ClassLabel]:
    """The classes that families have applied for in these cycles, in the order of classes. One statement."""
    asked = _asked(actor, QueueFilter(cycle_ids=cycle_ids))
    labels = [ClassLabel(*row) for row in read(_classes(frozenset(asked)), asked)]
    return sorted(labels, key=lambda label: (str(label.campus_name), label.level))


@lru_cache(_FORMS)
def _classes(names: frozenset[str]) -> Any:
    return classes_labelled(select(Application.class_id).where(*_conditions(names)))


def list_desk_cycles(actor: Actor, today: date) -> list[DeskCycle]:
    """The cycles of the actor's campuses, the latest first, and which of them the queue shows unasked.

    One statement.
    """
    campuses = actor.campuses_for(Permission.APPLICATIONS_READ)
    values = {} if campuses is ALL else {"campuses": list(campuses)}
    found = list(read(_desk_cycles(everywhere=campuses is ALL), values))
    shown = cycles_shown(
        {row.id: (row.campus_id, row.state, row.opens_on, row.closes_on) for row in found}, today
    )
    # Whoever works at one campus need not be told its name.
    many = len({row.campus_id for row in found}) > 1
    return [
        DeskCycle(
            id=row.id,
            campus_id=row.campus_id,
            campus_name=row.campus if many else LocalText(),
            year_name=row.year,
            is_now=row.id in shown,
            milestones=row.milestones,
            name=row.name,
            has_own_papers=row.has_own_papers,
        )
        for row in found
    ]


@cache
def _desk_cycles(*, everywhere: bool) -> Any:
    campus, year, joins = year_name_columns(AdmissionCycle.academic_year_id)
    milestones = (
        select(func.count()).where(AdmissionMilestone.cycle_id == AdmissionCycle.id).scalar_subquery()
    )
    statement = select(
        AdmissionCycle.id,
        AdmissionCycle.campus_id,
        AdmissionCycle.state,
        AdmissionCycle.opens_on,
        AdmissionCycle.closes_on,
        campus.label("campus"),
        year.label("year"),
        milestones.label("milestones"),
        AdmissionCycle.name,
        exists().where(AdmissionPaperKind.campus_id == AdmissionCycle.campus_id).label("has_own_papers"),
    )
    for join in joins:
        statement = statement.join(*join)
    if not everywhere:
        campuses = bindparam("campuses", type_=ARRAY(Uuid))
        statement = statement.where(AdmissionCycle.campus_id == any_(campuses))
    return statement.order_by(AdmissionCycle.opens_on.desc(), AdmissionCycle.id.desc()).execution_options(
        prepared=True
    )


def list_saved_filters(actor: Actor) -> list[SavedFilter]:
    """The actor's own filters, by name."""
    rows = read(_OWN_FILTERS, {"owner": actor.user_id})
    return [SavedFilter(row.id, row.name, row.query) for row in rows]


_OWN_FILTERS = (
    select(SavedQueueFilter.id, SavedQueueFilter.name, SavedQueueFilter.query)
    .where(SavedQueueFilter.user_id == bindparam("owner"))
    .order_by(func.lower(SavedQueueFilter.name), SavedQueueFilter.id)
    .execution_options(prepared=True)
)


def list_officers(actor: Actor) -> list[Officer]:
    """Who decides on applications at the campuses where the actor does, by name."""
    campuses = actor.campuses_for(Permission.APPLICATIONS_READ)
    found = [
        Officer(key, name, places)
        for key, (name, places) in list_holders(Permission.APPLICATIONS_DECIDE).items()
        if places is None or campuses is ALL or places & campuses
    ]
    return sorted(found, key=lambda each: (str(each.name), each.id))


# --- second applications


def list_duplicates(actor: Actor, application: ApplicationView, limit: int = 8) -> list[Duplicate]:
    """Other applications that may be for the same child or family, the strongest reason first.

    Also those of other cycles; without those about which somebody has found out what they are.
    """
    names = [name for name in application.child_name.to_dict().values() if name]
    same = [
        and_(
            Application.born_on == application.born_on,
            or_(
                Application.child_name_en.in_(names),
                Application.child_name_bn.in_(names),
                Application.child_name_ar.in_(names),
            ),
        ),
        Application.phone == application.phone,
    ]
    if application.birth_registration_no:
        same.append(Application.birth_registration_no == application.birth_registration_no)
    rows = session().scalars(
        select(Application)
        .where(
            within(actor, Permission.APPLICATIONS_READ),
            Application.id != application.id,
            or_(*same),
            ~_settled(Application.id, application.id),
        )
        .order_by(Application.submitted_at.desc())
        .limit(_SIZE)
        .execution_options(prepared=True)
    )
    found = [_duplicate(application, row) for row in rows]
    strength = list(DuplicateReason)
    return sorted(found, key=lambda each: strength.index(each.reason))[:limit]


def _duplicate(mine: ApplicationView, row: Application) -> Duplicate:
    other = view_of(row)
    reason = duplicate_reason(
        mine,
        birth_no=other.birth_registration_no,
        born_on=other.born_on,
        names=list(other.child_name.to_dict().values()),
    )
    sent_at = row.submitted_at or row.created_at  # what is in the queue has been sent
    is_same_cycle = row.cycle_id == mine.cycle_id
    return Duplicate(
        id=row.id,
        reference=row.reference or "",
        child_name=other.child_name,
        status=row.status,
        submitted_at=sent_at,
        reason=reason,
        version=row.version,
        is_same_cycle=is_same_cycle,
        may_merge=is_same_cycle
        and (may_merge(row.status, mine.status) or may_merge(mine.status, row.status)),
    )


def list_settled(actor: Actor, application_id: UUID) -> list[Settled]:
    """What was found out about an application that the caller has found and others, the latest first. One statement."""
    asked = _asked(actor, QueueFilter())
    rows = read(_settled_with(frozenset(asked)), asked | {"one": application_id})
    return [
        Settled(key, reference or "", LocalText(en or "", bn or "", ar or ""), state, _by(*by), at)
        for key, reference, en, bn, ar, state, at, *by in rows
    ]


@lru_cache(_FORMS)
def _settled_with(names: frozenset[str]) -> Any:
    one = bindparam("one", type_=Uuid())
    en, bn, ar, joined = user_name_columns(ApplicationPair.user_id)
    other = func.coalesce(func.nullif(ApplicationPair.first_id, one), ApplicationPair.second_id)
    return (
        select(
            Application.id,
            Application.reference,
            Application.child_name_en,
            Application.child_name_bn,
            Application.child_name_ar,
            ApplicationPair.state,
            ApplicationPair.at,
            ApplicationPair.user_id,
            en,
            bn,
            ar,
        )
        .select_from(ApplicationPair)
        .join(Application, Application.id == other)
        .outerjoin(*joined)
        .where(or_(ApplicationPair.first_id == one, ApplicationPair.second_id == one), *_conditions(names))
        .order_by(ApplicationPair.at.desc())
        .execution_options(prepared=True)
    )


def _by(user_id: UUID | None, en: str | None, bn: str | None, ar: str | None) -> LocalText | None:
    return LocalText(en or "", bn or "", ar or "") if user_id else None


def papers_to_move(kept_id: UUID, gone_id: UUID) -> list[ApplicationDocument]:
    """The papers of one application that the other lacks. One that the check refused helps nobody."""
    has = select(ApplicationDocument.document_type).where(ApplicationDocument.application_id == kept_id)
    refused = refused_files().subquery()
    return list(
        session().scalars(
            select(ApplicationDocument)
            .where(
                ApplicationDocument.application_id == gone_id,
                ApplicationDocument.document_type.not_in(has),
                ApplicationDocument.file_id.not_in(select(refused.c.id)),
            )
            .order_by(ApplicationDocument.id)
        )
    )


def _name(row: Application) -> LocalText:
    return LocalText(row.child_name_en or "", row.child_name_bn or "", row.child_name_ar or "")


# --- milestones


def list_milestones(cycle_ids: Collection[UUID]) -> list[Milestone]:
    """The milestones of cycles that the caller has found, in their order."""
    rows = session().execute(
        select(AdmissionMilestone, AdmissionCycle.campus_id)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionMilestone.cycle_id)
        .where(AdmissionMilestone.cycle_id.in_(list(cycle_ids)))
        .order_by(AdmissionMilestone.position, AdmissionMilestone.id)
    )
    return [_milestone(row, campus_id) for row, campus_id in rows]


def get_milestone(
    actor: Actor, milestone_id: UUID, permission: Permission = Permission.APPLICATIONS_READ
) -> Milestone:
    """One milestone of the actor's campuses. Raises NotFound."""
    row = session().execute(
        select(AdmissionMilestone, AdmissionCycle.campus_id)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionMilestone.cycle_id)
        .where(AdmissionMilestone.id == milestone_id)
    )
    found = row.one_or_none()
    if found is None or found[1] not in actor.campuses_for(permission):
        raise NotFound
    return _milestone(*found)


def _milestone(row: AdmissionMilestone, campus_id: UUID) -> Milestone:
    return Milestone(row.id, row.cycle_id, campus_id, row.version, MilestoneDetails(row.name, row.position))


def list_reached(application: ApplicationView) -> list[Reached]:
    """The milestones of an application's cycle, in their order, and which of them it has reached."""
    values = {"cycle": application.cycle_id, "application": application.id}
    return [Reached(key, name, at, _by(*by)) for key, name, at, *by in read(_reached(), values)]


@cache
def _reached() -> Any:
    en, bn, ar, joined = user_name_columns(ApplicationMilestone.user_id)
    return (
        select(
            AdmissionMilestone.id,
            AdmissionMilestone.name,
            ApplicationMilestone.at,
            ApplicationMilestone.user_id,
            en,
            bn,
            ar,
        )
        .select_from(AdmissionMilestone)
        .outerjoin(
            ApplicationMilestone,
            and_(
                ApplicationMilestone.milestone_id == AdmissionMilestone.id,
                ApplicationMilestone.application_id == bindparam("application"),
            ),
        )
        .outerjoin(*joined)
        .where(AdmissionMilestone.cycle_id == bindparam("cycle"))
        .order_by(AdmissionMilestone.position, AdmissionMilestone.id)
        .execution_options(prepared=True)
    )


# --- acts on many


def list_chosen(actor: Actor, application_ids: Sequence[UUID]) -> list[BulkRow]:
    """The applications of these keys that the actor reaches, in the order of the queue."""
    rows = session().scalars(
        select(Application)
        .where(within(actor, Permission.APPLICATIONS_READ), Application.id.in_(application_ids))
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .execution_options(populate_existing=True)
    )
    return [bulk_row(row) for row in rows]


def preview(actor: Actor, order: Order, application_ids: Sequence[UUID]) -> list[Effect]:
    """What an act on many would do now to each application, in the order of the queue.

    Raises what `rules.check_order` raises.
    """
    officers = list_officers(actor)
    rows = list_chosen(actor, application_ids)
    check_order(order, officers, len(rows))
    campus_id = campus_of(rows, actor.campuses_for(Permission.APPLICATIONS_DECIDE))
    return foresee(order, rows, officers, campus_id)


def list_filtered_ids(actor: Actor, wanted: QueueFilter, limit: int) -> list[UUID]:
    """The keys of everything that a filter lets through, newest first, at most so many."""
    asked = _asked(actor, wanted)
    return [row.id for row in read(_narrowed(frozenset(asked)), asked).fetchmany(limit)]


def list_for_file(actor: Actor, wanted: QueueFilter) -> list[FileRow]:
    """Everything that a filter lets through, newest first, with what a file says of it. One statement."""
    asked = _asked(actor, wanted)
    rows = session().execute(
        select(
            Application.reference,
            Application.child_name_en,
            Application.child_name_bn,
            Application.child_name_ar,
            Application.guardian_name_en,
            Application.guardian_name_bn,
            Application.guardian_name_ar,
            Application.born_on,
            Application.class_id,
            Application.campus_id,
            Application.status,
            Application.submitted_at,
            Application.phone,
            Application.assigned_to,
        )
        .where(*_conditions(asked))
        .order_by(*_ORDER),
        asked,
    )
    return [
        FileRow(
            reference=row.reference,
            child_name=LocalText(row.child_name_en or "", row.child_name_bn or "", row.child_name_ar or ""),
            born_on=row.born_on,
            class_id=row.class_id,
            campus_id=row.campus_id,
            status=row.status,
            submitted_at=row.submitted_at,
            guardian_name=LocalText(
                row.guardian_name_en or "", row.guardian_name_bn or "", row.guardian_name_ar or ""
            ),
            phone=row.phone or "",
            officer_id=row.assigned_to,
        )
        for row in rows
    ]


def bulk_row(row: Application) -> BulkRow:
    """A row as the rules of acts on many look at it."""
    return BulkRow(
        row.id, row.reference or "", _name(row), row.campus_id, row.status, row.assigned_to, row.version
    )


def get_batch(actor: Actor, batch_id: UUID) -> BatchView:
    """One act on many at the actor's campuses, its lines in the order of the queue. Raises NotFound."""
    batch = session().get(AdmissionBatch, batch_id)
    if batch is None or batch.campus_id not in actor.campuses_for(Permission.APPLICATIONS_DECIDE):
        raise NotFound
    rows = session().execute(
        select(AdmissionBatchLine, Application)
        .join(Application, Application.id == AdmissionBatchLine.application_id)
        .where(AdmissionBatchLine.batch_id == batch_id)
        .order_by(Application.submitted_at.desc(), Application.id.desc())
    )
    lines = [
        BatchLine(
            application_id=row.id,
            reference=row.reference or "",
            child_name=_name(row),
            was=line.from_status,
            to=line.to_status,
            why_not=line.why_not,
            undone_at=line.undone_at,
            undo_refused=line.undo_refused,
        )
        for line, row in rows
    ]
    names = list_user_names({batch.user_id} if batch.user_id else set())
    return BatchView(
        id=batch.id,
        campus_id=batch.campus_id,
        order=Order(batch.act, batch.text, batch.officer_id),
        at=batch.at,
        by=names.get(batch.user_id) if batch.user_id else None,
        undo_until=batch.at + UNDO_FOR,
        undone_at=batch.undone_at,
        lines=lines,
    )
