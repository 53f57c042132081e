"""Reads of the officer's desk: the queue and its filters, second applications, milestones, acts on many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from app.domain.academics.queries import ClassLabel, class_labels, list_campuses, year_labels
from app.domain.accounts.queries import list_holders, list_user_names
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
from app.domain.admissions.queries import view_of, within
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
from app.uow import session

PAGE_SIZE = 50
_LIVING = tuple(state for state in IN_THE_QUEUE if state is not ApplicationStatus.WITHDRAWN)
"""What the family took back is no second application any more."""


# --- what the queue is narrowed by


def _answers(query: str) -> ColumnElement[bool]:
    """Whether an application answers a query: a reference, a phone number or a part of one, words of a name."""
    if not query.strip():
        return true()
    try:
        return Application.reference == parse_reference(query)
    except ReferenceError_:
        pass
    try:
        return Application.phone == normalise_mobile(query)
    except PhoneError:
        pass
    digits = compact(query).removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return or_(
            Application.phone.contains(digits.removeprefix("0")),
            Application.reference.contains(digits),
            Application.birth_registration_no == digits,
        )
    tokens = search_tokens(query)
    key = literal(" ").concat(Application.search_key)
    # The words of a query hold letters, marks and digits only, so none needs escaping.
    return and_(*(key.like(f"% {token}%") for token in tokens)) if tokens else false()


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

    def lacks(papers: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(*where, ~cast(papers, ARRAY(Text)).contained_by(sent))

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


def _filtered(actor: Actor, wanted: QueueFilter, *, any_status: bool = False) -> list[ColumnElement[bool]]:
    conditions = [within(actor, Permission.APPLICATIONS_READ), _answers(wanted.query)]
    if wanted.cycle_ids is not None:
        conditions.append(Application.cycle_id.in_(wanted.cycle_ids))
    if wanted.class_id:
        conditions.append(Application.class_id == wanted.class_id)
    if wanted.status and not any_status:
        conditions.append(Application.status == wanted.status)
    if wanted.officer_id:
        conditions.append(Application.assigned_to == wanted.officer_id)
    if wanted.nobodys:
        conditions.append(Application.assigned_to.is_(None))
    if wanted.doubt:
        conditions.append(_beside(wanted.doubt))
    if wanted.papers_open:
        conditions.append(_papers_open())
    return conditions


# --- the queue


def count_by_status(actor: Actor, wanted: QueueFilter) -> dict[ApplicationStatus, int]:
    """How many applications of the filter stand in each state, in one statement."""
    rows = session().execute(
        select(Application.status, func.count())
        .where(*_filtered(actor, wanted, any_status=True))
        .group_by(Application.status)
    )
    return {row[0]: row[1] for row in rows}


def list_queue(actor: Actor, wanted: QueueFilter, number: int, total: int) -> Page[QueueRow]:
    """Page `number` of the queue, newest first. `total` is known from the counts."""
    ticked = (
        select(func.count()).where(ApplicationMilestone.application_id == Application.id).scalar_subquery()
    )
    order = (Application.submitted_at.desc(), Application.id.desc())
    # What is asked about each row is asked about those of this page only, not about all that are skipped.
    shown = (
        select(Application.id)
        .where(*_filtered(actor, wanted))
        .order_by(*order)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
        .subquery()
    )
    rows = session().execute(
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
        .where(Application.id.in_(select(shown.c.id)))
        .order_by(*order)
    )
    items = [
        QueueRow(key, reference or "", LocalText(en or "", bn or "", ar or ""), class_id, *rest)
        for key, reference, en, bn, ar, class_id, *rest in map(tuple[Any, ...], rows)
    ]
    return Page(items, number, PAGE_SIZE, total)


def find_place(actor: Actor, wanted: QueueFilter, application: ApplicationView) -> Place:
    """Where an application stands in the filtered queue, and what is before and after it. One statement."""
    here = (application.submitted_at, application.id)
    conditions = _filtered(actor, wanted)
    order = tuple_(Application.submitted_at, Application.id)
    before = select(Application.id).where(*conditions, order > here)
    after = select(Application.id).where(*conditions, order < here)
    row = session().execute(
        select(
            select(func.count()).select_from(before.subquery()).scalar_subquery(),
            before.order_by(Application.submitted_at, Application.id).limit(1).scalar_subquery(),
            after.order_by(Application.submitted_at.desc(), Application.id.desc()).limit(1).scalar_subquery(),
        )
    )
    count, previous_id, next_id = row.one()
    return Place(count + 1, previous_id, next_id)


def list_queue_classes(actor: Actor, cycle_ids: Collection[UUID] | None = None) -> list[ClassLabel]:
    """The classes that families have applied for in these cycles, in the order of classes."""
    statement = select(Application.class_id).where(within(actor, Permission.APPLICATIONS_READ)).distinct()
    if cycle_ids is not None:
        statement = statement.where(Application.cycle_id.in_(cycle_ids))
    labels = class_labels([key for key in session().scalars(statement) if key])
    return sorted(labels.values(), key=lambda label: (str(label.campus_name), label.level))


def list_desk_cycles(actor: Actor, today: date) -> list[DeskCycle]:
    """The cycles of the actor's campuses, the latest first, and which of them the queue shows unasked."""
    campuses = actor.campuses_for(Permission.APPLICATIONS_READ)
    reached = true() if campuses is ALL else AdmissionCycle.campus_id.in_(campuses)
    milestones = (
        select(func.count()).where(AdmissionMilestone.cycle_id == AdmissionCycle.id).scalar_subquery()
    )
    found: list[Any] = [
        tuple(row) for row in session().execute(select(AdmissionCycle, milestones).where(reached))
    ]
    years = year_labels({row.academic_year_id for row, _ in found})
    shown = cycles_shown(
        {row.id: (row.campus_id, row.state, row.opens_on, row.closes_on) for row, _ in found}, today
    )
    # Whoever works at one campus need not be told its name.
    many = len({row.campus_id for row, _ in found}) > 1
    places = {
        each.id: each.details.name
        for each in (list_campuses(actor, Permission.APPLICATIONS_READ) if many else [])
    }
    found.sort(key=lambda each: (each[0].opens_on, each[0].id), reverse=True)
    return [
        DeskCycle(
            id=row.id,
            campus_id=row.campus_id,
            campus_name=places.get(row.campus_id, LocalText()),
            year_name=years[row.academic_year_id].name,
            is_now=row.id in shown,
            milestones=count,
        )
        for row, count in found
    ]


def list_saved_filters(actor: Actor) -> list[SavedFilter]:
    """The actor's own filters, by name."""
    rows = session().scalars(
        select(SavedQueueFilter)
        .where(SavedQueueFilter.user_id == actor.user_id)
        .order_by(func.lower(SavedQueueFilter.name), SavedQueueFilter.id)
    )
    return [SavedFilter(row.id, row.name, row.query) for row in rows]


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
        .limit(50)
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
    """What was found out about an application that the caller has found and others, the latest first."""
    other = _other_than(application_id)
    rows: list[Any] = [
        tuple(row)
        for row in session().execute(
            select(ApplicationPair, Application)
            .join(Application, Application.id == other)
            .where(
                or_(ApplicationPair.first_id == application_id, ApplicationPair.second_id == application_id),
                within(actor, Permission.APPLICATIONS_READ),
            )
            .order_by(ApplicationPair.at.desc())
        )
    ]
    names = list_user_names({pair.user_id for pair, _ in rows if pair.user_id})
    return [
        Settled(row.id, row.reference or "", _name(row), pair.state, names.get(pair.user_id), pair.at)
        for pair, row in rows
    ]


def _other_than(application_id: UUID) -> ColumnElement[UUID]:
    """Of a pair the application that is not this one."""
    return func.coalesce(func.nullif(ApplicationPair.first_id, application_id), ApplicationPair.second_id)


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
    rows: list[Any] = [
        tuple(row)
        for row in session().execute(
            select(
                AdmissionMilestone.id,
                AdmissionMilestone.name,
                ApplicationMilestone.at,
                ApplicationMilestone.user_id,
            )
            .outerjoin(
                ApplicationMilestone,
                and_(
                    ApplicationMilestone.milestone_id == AdmissionMilestone.id,
                    ApplicationMilestone.application_id == application.id,
                ),
            )
            .where(AdmissionMilestone.cycle_id == application.cycle_id)
            .order_by(AdmissionMilestone.position, AdmissionMilestone.id)
        )
    ]
    names = list_user_names({user_id for *_, user_id in rows if user_id})
    return [Reached(key, name, at, names.get(user_id)) for key, name, at, user_id in rows]


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
    statement = (
        select(Application.id)
        .where(*_filtered(actor, wanted))
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(limit)
    )
    return list(session().scalars(statement))


def list_for_file(actor: Actor, wanted: QueueFilter) -> list[FileRow]:
    """Everything that a filter lets through, newest first, with what a file says of it. One statement."""
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
        .where(*_filtered(actor, wanted))
        .order_by(Application.submitted_at.desc(), Application.id.desc())
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
