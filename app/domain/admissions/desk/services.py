"""Writes of the officer's desk: one verb, one transaction. Applications are locked in the order of their keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, distinct_on, insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.db import new_id
from app.domain.academics.policies import ensure_may
from app.domain.admissions.desk.letters import merged_letter, merged_text
from app.domain.admissions.desk.models import (
    AdmissionBatch,
    AdmissionBatchLine,
    AdmissionMilestone,
    ApplicationMilestone,
    ApplicationPair,
    SavedQueueFilter,
)
from app.domain.admissions.desk.queries import bulk_row, list_for_file, list_officers, papers_to_move
from app.domain.admissions.desk.rules import (
    UNDO_FOR,
    USUAL_MILESTONES,
    campus_of,
    check_order,
    decides_at,
    foresee,
    in_order,
    may_merge,
    may_undo,
)
from app.domain.admissions.desk.types import (
    BulkAct,
    CannotMerge,
    Effect,
    FileRow,
    FilterTaken,
    MilestoneDetails,
    NoSuchOfficer,
    Order,
    PairState,
    QueueFilter,
    UndoOver,
    WhyNot,
)
from app.domain.admissions.history import note_event
from app.domain.admissions.models import (
    AdmissionCycle,
    Application,
    ApplicationEvent,
)
from app.domain.admissions.offers.rules import HOLDING_STATUS
from app.domain.admissions.offers.seats import hold_pools_of, release_offers, retake_seat
from app.domain.admissions.queries import within
from app.domain.admissions.services import LinkTo, add_notes, decide_applications, rewrite
from app.domain.admissions.telling import drop_older
from app.domain.admissions.types import ApplicationStatus, DocumentKind, EventKind, papers_in_order
from app.domain.audit.services import record, record_change
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound, Stale
from app.domain.kernel.names import name_in
from app.domain.outbox.services import letters_held, take_back, write_mail, write_sms
from app.uow import transaction

MOST_FILTERS = 20


def _locked(db: Session, *conditions: ColumnElement[bool]) -> dict[UUID, Application]:
    """Rows held until the transaction ends, locked in the order of their keys."""
    rows = db.scalars(
        select(Application)
        .where(*conditions)
        .order_by(Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _one(db: Session, actor: Actor, application_id: UUID) -> Application:
    """An application the actor decides on, held. Raises NotFound."""
    found = _locked(db, Application.id == application_id, within(actor, Permission.APPLICATIONS_DECIDE))
    if not found:
        raise NotFound
    return found[application_id]


# --- the queue as a file


def take_out_queue(actor: Actor, wanted: QueueFilter, filters: Mapping[str, object]) -> list[FileRow]:
    """Everything that a filter lets through, and an entry for each campus that somebody takes it out as a file.

    `filters` is what was asked, as the entry keeps it.
    """
    with transaction():
        rows = list_for_file(actor, wanted)
        for campus_id, count in Counter(row.campus_id for row in rows).items():
            record(
                actor,
                "application.exported",
                "application",
                None,
                campus_id=campus_id,
                new={"filters": dict(filters), "rows": count},
            )
    return rows


# --- saved filters


def save_filter(actor: Actor, name: str, query: str) -> None:
    """Keep a filter of the queue under a name of the actor's own; twenty at most, then the oldest goes.

    Raises FilterTaken.
    """
    with transaction() as db:
        made = db.execute(
            insert(SavedQueueFilter)
            .values(id=new_id(), user_id=actor.user_id, name=name, query=query)
            .on_conflict_do_nothing(index_elements=["user_id", "name"])
            .returning(SavedQueueFilter.id)
        ).scalar_one_or_none()
        if made is None:
            raise FilterTaken
        latest = (
            select(SavedQueueFilter.id)
            .where(SavedQueueFilter.user_id == actor.user_id)
            .order_by(SavedQueueFilter.id.desc())
            .limit(MOST_FILTERS)
        )
        db.execute(
            delete(SavedQueueFilter)
            .where(SavedQueueFilter.user_id == actor.user_id, SavedQueueFilter.id.not_in(latest))
            .execution_options(synchronize_session=False)
        )


def remove_filter(actor: Actor, filter_id: UUID) -> None:
    """Forget a saved filter of the actor's own; where there is none, nothing happens."""
    with transaction() as db:
        db.execute(
            delete(SavedQueueFilter).where(
                SavedQueueFilter.id == filter_id, SavedQueueFilter.user_id == actor.user_id
            )
        )


# --- who looks after it


def assign(actor: Actor, application_id: UUID, officer_id: UUID | None) -> None:
    """Give an application to an officer of its campus, or (None) to nobody. Twice is once.

    What somebody has open stays up to date: being assigned changes nothing that is decided on. Raises NotFound,
    NoSuchOfficer.
    """
    with transaction() as db:
        row = _one(db, actor, application_id)
        if officer_id is not None and not decides_at(list_officers(actor), officer_id, row.campus_id):
            raise NoSuchOfficer
        _assign(db, actor, [row], officer_id)


def _assign(db: Session, actor: Actor, rows: Sequence[Application], officer_id: UUID | None) -> None:
    changed = [row for row in rows if row.assigned_to != officer_id]
    # Past the mapper, which would count it as a new version.
    db.execute(
        update(Application)
        .where(Application.id.in_([row.id for row in changed]))
        .values(assigned_to=officer_id)
        .execution_options(synchronize_session=False)
    )
    for row in changed:
        record(
            actor,
            "application.assigned",
            "application",
            row.id,
            campus_id=row.campus_id,
            old={"officer": row.assigned_to},
            new={"officer": officer_id},
        )
        set_committed_value(row, "assigned_to", officer_id)


# --- milestones


def tick(actor: Actor, application_id: UUID, milestone_id: UUID, *, reached: bool) -> None:
    """Say that an application has reached a milestone of its cycle, or that it has not. Twice is once.

    Raises NotFound.
    """
    with transaction() as db:
        row = _one(db, actor, application_id)
        known = db.scalar(
            select(AdmissionMilestone.id).where(
                AdmissionMilestone.id == milestone_id, AdmissionMilestone.cycle_id == row.cycle_id
            )
        )
        if known is None:
            raise NotFound
        own = and_(
            ApplicationMilestone.application_id == row.id, ApplicationMilestone.milestone_id == milestone_id
        )
        if reached:
            changed = db.execute(
                insert(ApplicationMilestone)
                .values(
                    id=new_id(),
                    application_id=row.id,
                    milestone_id=milestone_id,
                    user_id=actor.user_id,
                    at=clock.now(),
                )
                .on_conflict_do_nothing()
                .returning(ApplicationMilestone.id)
            ).all()
        else:
            changed = db.execute(
                delete(ApplicationMilestone).where(own).returning(ApplicationMilestone.id)
            ).all()
        if changed:
            record(
                actor,
                "application.milestone",
                "application",
                row.id,
                campus_id=row.campus_id,
                new={"milestone": milestone_id, "reached": reached},
            )


def copy_milestones(source_id: UUID, target_id: UUID) -> None:
    """Give a cycle the milestones of another, inside the transaction that copies it."""
    with transaction() as db:
        for row in db.scalars(select(AdmissionMilestone).where(AdmissionMilestone.cycle_id == source_id)):
            db.add(AdmissionMilestone(cycle_id=target_id, name=row.name, position=row.position))


def _cycle(db: Session, actor: Actor, cycle_id: UUID) -> AdmissionCycle:
    """A cycle whose milestones the actor may change. Raises NotFound, Forbidden."""
    row = db.get(AdmissionCycle, cycle_id)
    if row is None:
        raise NotFound
    ensure_may(actor, Permission.CYCLES_EDIT, row.campus_id, to_read=Permission.APPLICATIONS_READ)
    return row


def _told(details: MilestoneDetails) -> dict[str, object]:
    return {"name": details.name, "position": details.position}


def add_milestone(actor: Actor, cycle_id: UUID, details: MilestoneDetails) -> UUID:
    """Add a milestone to a cycle and return its key. Raises NotFound, Forbidden."""
    with transaction() as db:
        cycle = _cycle(db, actor, cycle_id)
        row = AdmissionMilestone(cycle_id=cycle.id, name=details.name, position=details.position)
        db.add(row)
        db.flush()
        record(
            actor,
            "admission_milestone.added",
            "admission_milestone",
            row.id,
            campus_id=cycle.campus_id,
            new=_told(details),
        )
        return row.id


def add_usual_milestones(actor: Actor, cycle_id: UUID) -> None:
    """Give a cycle without milestones the usual ones; one that has some keeps its own. Raises NotFound, Forbidden."""
    with transaction() as db:
        cycle = _cycle(db, actor, cycle_id)
        db.execute(select(AdmissionCycle.id).where(AdmissionCycle.id == cycle.id).with_for_update())
        if db.scalar(select(func.count()).where(AdmissionMilestone.cycle_id == cycle.id)):
            return
        for position, name in enumerate(USUAL_MILESTONES, start=1):
            add_milestone(actor, cycle.id, MilestoneDetails(name, position))


def _milestone(
    db: Session, actor: Actor, milestone_id: UUID
) -> tuple[AdmissionMilestone, AdmissionCycle] | None:
    row = db.get(AdmissionMilestone, milestone_id, with_for_update=True, populate_existing=True)
    return (row, _cycle(db, actor, row.cycle_id)) if row else None


def change_milestone(actor: Actor, milestone_id: UUID, details: MilestoneDetails, version: int) -> None:
    """Change the name or the place of a milestone. Raises NotFound, Forbidden, Stale."""
    with transaction() as db:
        found = _milestone(db, actor, milestone_id)
        if found is None:
            raise NotFound
        row, cycle = found
        if row.version != version:
            raise Stale
        old = _told(MilestoneDetails(row.name, row.position))
        row.name, row.position = details.name, details.position
        record_change(
            actor,
            "admission_milestone.changed",
            "admission_milestone",
            row.id,
            old=old,
            new=_told(details),
            campus_id=cycle.campus_id,
        )


def remove_milestone(actor: Actor, milestone_id: UUID) -> None:
    """Remove a milestone and what was ticked of it. Where it is gone, nothing happens. Raises NotFound, Forbidden."""
    with transaction() as db:
        found = _milestone(db, actor, milestone_id)
        if found is None:
            return
        row, cycle = found
        record(
            actor,
            "admission_milestone.removed",
            "admission_milestone",
            row.id,
            campus_id=cycle.campus_id,
            old=_told(MilestoneDetails(row.name, row.position)),
        )
        db.delete(row)


# --- second applications


def settle_pair(actor: Actor, one: UUID, other: UUID, state: PairState | None) -> None:
    """Remember what two applications are to each other, or (None) take that back. Twice is once.

    What was merged stays so. Raises NotFound.
    """
    first, second = in_order(one, other)
    if first == second or state is PairState.MERGED:
        raise NotFound
    with transaction() as db:
        rows = _locked(db, Application.id.in_((first, second)), within(actor, Permission.APPLICATIONS_DECIDE))
        if len(rows) != 2:
            raise NotFound
        pair = db.scalars(
            select(ApplicationPair).where(
                ApplicationPair.first_id == first, ApplicationPair.second_id == second
            )
        ).one_or_none()
        was = pair.state if pair else None
        if was in (state, PairState.MERGED):
            return
        if pair:
            db.delete(pair)
            db.flush()
        if state:
            _pair(db, actor, first, second, state)
        for row, beside in ((rows[first], rows[second]), (rows[second], rows[first])):
            record(
                actor,
                "application.pair_settled",
                "application",
                row.id,
                campus_id=row.campus_id,
                old={"pair": was},
                new={"pair": state, "other": beside.reference},
            )


def _pair(db: Session, actor: Actor, first: UUID, second: UUID, state: PairState) -> None:
    db.add(
        ApplicationPair(first_id=first, second_id=second, state=state, user_id=actor.user_id, at=clock.now())
    )


def merge_applications(
    actor: Actor,
    kept_id: UUID,
    gone_id: UUID,
    versions: tuple[int, int],
    status_link: LinkTo,
) -> tuple[DocumentKind, ...]:
    """Let one application end in another of the same child: it is withdrawn, and its papers that the kept one lacks
    move over. Returns their kinds. The families are told; where both have one phone, once.

    `versions` are those of the kept and of the other one, as the officer saw them. Raises NotFound, Stale,
    CannotMerge.
    """
    with transaction() as db:
        rows = _locked(
            db, Application.id.in_((kept_id, gone_id)), within(actor, Permission.APPLICATIONS_DECIDE)
        )
        if len(rows) != 2:
            raise NotFound
        kept, gone = rows[kept_id], rows[gone_id]
        if (kept.version, gone.version) != versions:
            raise Stale
        if kept.cycle_id != gone.cycle_id or not may_merge(kept.status, gone.status):
            raise CannotMerge
        was = gone.status
        moved = _move_papers(kept, gone)
        gone.status = ApplicationStatus.WITHDRAWN
        gone.decided_at, gone.decided_by, gone.decision_reason = clock.now(), actor.user_id, None
        kept.updated_at = clock.now()  # whoever has it open sees that papers were added
        db.execute(delete(ApplicationPair).where(_of_both(*in_order(kept.id, gone.id))))
        _pair(db, actor, *in_order(kept.id, gone.id), PairState.MERGED)
        note_event(db, actor, gone, EventKind.WITHDRAWN, was=was, merged_into=kept.reference)
        told = {"kept": kept.reference, "gone": gone.reference, "papers": moved}
        for row in (kept, gone):
            record(
                actor,
                "application.merged",
                "application",
                row.id,
                campus_id=row.campus_id,
                old={"status": was} if row is gone else None,
                new=told,
            )
        drop_older([gone.id])
        _tell_of_merge(kept, gone, status_link)
        return moved


def _of_both(first: UUID, second: UUID) -> ColumnElement[bool]:
    return and_(ApplicationPair.first_id == first, ApplicationPair.second_id == second)


def _move_papers(kept: Application, gone: Application) -> tuple[DocumentKind, ...]:
    papers = papers_to_move(kept.id, gone.id)
    for paper in papers:
        paper.application_id = kept.id
    return papers_in_order(paper.document_type for paper in papers)


def _tell_of_merge(kept: Application, gone: Application, status_link: LinkTo) -> None:
    """One letter for each family: the phone says who is one."""
    told = [kept] if kept.phone == gone.phone else [kept, gone]
    for row in told:
        references = gone.reference or "", kept.reference or ""
        child = name_in(row.locale, row.child_name_en, row.child_name_bn, row.child_name_ar)[0]
        if row.email:
            letter = merged_letter(row.locale, child, *references, status_link(row.locale, references[1]))
            write_mail("application.merged", row.email, row.locale, *letter, campus_id=row.campus_id)
        elif row.phone:
            text = merged_text(row.locale, *references)
            write_sms("application.merged", row.phone, row.locale, text, campus_id=row.campus_id)


# --- acts on many


def carry_out(actor: Actor, order: Order, chosen: Sequence[tuple[UUID, int]], status_link: LinkTo) -> UUID:
    """Do one thing to many applications, each as (key, version that the officer saw), and return the key of the act.

    All of it is one transaction: what can be done is done, what cannot is left and the line says why, and a fault
    leaves everything as it was. The letters wait until the act cannot be taken back any more. Raises NothingChosen,
    TooManyChosen, ReasonMissing, NoteMissing, NoSuchOfficer, NotFound where none of them is within reach.
    """
    seen = dict(chosen)
    officers = list_officers(actor)
    check_order(order, officers, len(seen))
    with transaction() as db:
        rows = _locked(db, Application.id.in_(seen), within(actor, Permission.APPLICATIONS_READ))
        found = [bulk_row(rows[key]) for key in seen if key in rows]
        campus_id = campus_of(found, actor.campuses_for(Permission.APPLICATIONS_DECIDE))
        if campus_id is None:
            raise NotFound
        batch = AdmissionBatch(
            campus_id=campus_id,
            user_id=actor.user_id,
            act=order.act,
            text=order.text,
            officer_id=order.officer_id,
            at=clock.now(),
        )
        db.add(batch)
        db.flush()
        effects = [
            _unless_moved_on(effect, seen[effect.row.id])
            for effect in foresee(order, found, officers, campus_id)
        ]
        before = {each.id: _before(rows[each.id]) for each in found}
        with letters_held(batch.at + UNDO_FOR):
            doing = [rows[effect.row.id] for effect in effects if effect.is_done]
            letters = _carry_out(db, actor, order, doing, status_link)
        db.add_all(
            AdmissionBatchLine(
                batch_id=batch.id,
                application_id=effect.row.id,
                from_status=effect.row.status,
                to_status=effect.to,
                why_not=effect.why_not,
                before=before[effect.row.id],
                after_version=rows[effect.row.id].version if effect.is_done else None,
                letters=[letters[effect.row.id]] if effect.row.id in letters else [],
            )
            for effect in effects
        )
        done = sum(1 for effect in effects if effect.is_done)
        record(
            actor,
            "admission_batch.done",
            "admission_batch",
            batch.id,
            campus_id=campus_id,
            new={"act": order.act, "text": order.text, "officer": order.officer_id, "done": done},
        )
        return batch.id


def _unless_moved_on(effect: Effect, version: int) -> Effect:
    is_other = effect.is_done and effect.row.version != version
    return Effect(effect.row, why_not=WhyNot.MOVED_ON) if is_other else effect


def _carry_out(
    db: Session, actor: Actor, order: Order, rows: Sequence[Application], status_link: LinkTo
) -> dict[UUID, UUID]:
    """Do it to all of them in as many statements as to one. Returns the keys of the letters by application."""
    if order.act.decision is not None:
        return decide_applications(
            actor, rows, order.act.decision, reason=order.text, status_link=status_link
        )
    if order.act is BulkAct.ASSIGN:
        _assign(db, actor, rows, order.officer_id)
    else:
        add_notes(actor, rows, order.text)
    return {}


def _before(row: Application) -> dict[str, Any]:
    """What an act on many may change, as it is now."""
    return {
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "decided_by": str(row.decided_by) if row.decided_by else None,
        "decision_reason": row.decision_reason,
        "officer": str(row.assigned_to) if row.assigned_to else None,
    }


def undo_batch(actor: Actor, batch_id: UUID) -> None:
    """Take an act on many back, within ten minutes, wherever nothing has happened since. Twice is once.

    States go back to what they were and the letters that wait are dropped. Where an application has moved on, or
    its letter has left all the same, its line says so and it stays. Raises NotFound, UndoOver.
    """
    with transaction() as db:
        batch = db.get(AdmissionBatch, batch_id, with_for_update=True, populate_existing=True)
        if batch is None or batch.campus_id not in actor.campuses_for(Permission.APPLICATIONS_DECIDE):
            raise NotFound
        if batch.undone_at:
            return
        if not may_undo(batch.at, clock.now()):
            raise UndoOver
        lines = list(
            db.scalars(
                select(AdmissionBatchLine).where(
                    AdmissionBatchLine.batch_id == batch.id, AdmissionBatchLine.why_not.is_(None)
                )
            )
        )
        # Before the applications, as whoever gives seats does: some may get back the seat that the act took.
        hold_pools_of(db, [line.application_id for line in lines if _held_a_seat(line)])
        rows = _locked(db, Application.id.in_([line.application_id for line in lines]))
        _undo_lines(db, actor, batch, [(line, rows[line.application_id]) for line in lines])
        batch.undone_at, batch.undone_by = clock.now(), actor.user_id
        record(
            actor,
            "admission_batch.undone",
            "admission_batch",
            batch.id,
            campus_id=batch.campus_id,
            new={"undone": sum(1 for line in lines if line.undone_at)},
        )


_Pairs = Sequence[tuple[AdmissionBatchLine, Application]]


def _undo_lines(db: Session, actor: Actor, batch: AdmissionBatch, pairs: _Pairs) -> None:
    """Take back what was done to each application, or write on its line why not."""
    standing = _standing(db, batch, pairs)
    _refuse(db, [line for line, row in pairs if row.id not in standing], WhyNot.MOVED_ON)
    open_ones = [(line, row) for line, row in pairs if row.id in standing]
    stopped = take_back([line.letters for line, _ in open_ones], "taken back by the office before it left")
    free = [pair for pair, is_stopped in zip(open_ones, stopped, strict=True) if is_stopped]
    left = [line for (line, _), is_stopped in zip(open_ones, stopped, strict=True) if not is_stopped]
    _refuse(db, left, WhyNot.LETTER_LEFT)
    release_offers(db, [line.application_id for line in left if _held_a_seat(line)])
    _note_on(db, [line for line, _ in free], undone_at=clock.now())
    if batch.act is BulkAct.ASSIGN:
        for officer, group in _grouped(free, lambda line: line.before["officer"]):
            _assign(db, actor, group, UUID(officer) if officer else None)
    elif batch.act is not BulkAct.NOTE:
        _put_back(db, actor, free)


def _refuse(db: Session, lines: Sequence[AdmissionBatchLine], why: WhyNot) -> None:
    _note_on(db, lines, undo_refused=why)


def _note_on(db: Session, lines: Sequence[AdmissionBatchLine], **values: object) -> None:
    """Write the same on lines of an act, in one statement."""
    if lines:
        keys = [line.id for line in lines]
        db.execute(update(AdmissionBatchLine).where(AdmissionBatchLine.id.in_(keys)).values(**values))


def _grouped(pairs: _Pairs, by: Callable[[AdmissionBatchLine], Any]) -> list[tuple[Any, list[Application]]]:
    """The applications that go back to the same, together."""
    groups: dict[Any, list[Application]] = {}
    for line, row in pairs:
        groups.setdefault(by(line), []).append(row)
    return list(groups.items())


def _standing(db: Session, batch: AdmissionBatch, pairs: _Pairs) -> set[UUID]:
    """The applications to which nothing has happened since the act. Notes are forgotten, and seats held again, on
    the way."""
    match batch.act:
        case BulkAct.ASSIGN:
            return {row.id for _, row in pairs if row.assigned_to == batch.officer_id}
        case BulkAct.NOTE:
            return _forget_notes(db, batch, [row.id for _, row in pairs])
        case _:
            return {
                row.id
                for line, row in pairs
                if row.version == line.after_version
                and row.status is line.to_status
                and (not _held_a_seat(line) or _retake_seat(db, batch, line))
            }


def _held_a_seat(line: AdmissionBatchLine) -> bool:
    """Whether an application held a seat before a decision on many, which has freed it."""
    return line.to_status is not None and line.from_status in HOLDING_STATUS


def _retake_seat(db: Session, batch: AdmissionBatch, line: AdmissionBatchLine) -> bool:
    was_accepted = line.from_status is ApplicationStatus.ACCEPTED
    return retake_seat(db, line.application_id, batch.at, was_accepted=was_accepted)


def _forget_notes(db: Session, batch: AdmissionBatch, application_ids: Sequence[UUID]) -> set[UUID]:
    """Remove the notes that the act wrote, and return whose were still there. The audit log keeps them."""
    written = (
        select(ApplicationEvent.id)
        .where(
            ApplicationEvent.application_id.in_(application_ids),
            ApplicationEvent.kind == EventKind.NOTE,
            ApplicationEvent.user_id == batch.user_id,
            ApplicationEvent.note == batch.text,
            ApplicationEvent.at >= batch.at,
        )
        .ext(distinct_on(ApplicationEvent.application_id))
        .order_by(ApplicationEvent.application_id, ApplicationEvent.at, ApplicationEvent.id)
    )
    return set(
        db.scalars(
            delete(ApplicationEvent)
            .where(ApplicationEvent.id.in_(written))
            .returning(ApplicationEvent.application_id)
            .execution_options(synchronize_session=False)
        )
    )


def _put_back(db: Session, actor: Actor, pairs: _Pairs) -> None:
    """The state before, and the line of the history marked: the family, which was told nothing, does not see it."""
    was = {row.id: row.status for _, row in pairs}
    last = (
        select(ApplicationEvent.id)
        .where(
            ApplicationEvent.application_id.in_(list(was)),
            ApplicationEvent.kind == EventKind.DECIDED,
        )
        .ext(distinct_on(ApplicationEvent.application_id))
        .order_by(ApplicationEvent.application_id, ApplicationEvent.at.desc(), ApplicationEvent.id.desc())
    )
    mark = cast({"undone": clock.now().isoformat()}, JSONB)
    db.execute(
        update(ApplicationEvent)
        .where(ApplicationEvent.id.in_(last))
        .values(details=func.coalesce(ApplicationEvent.details, cast({}, JSONB)).op("||")(mark))
        .execution_options(synchronize_session=False)
    )
    for (status, at, by, reason), group in _grouped(pairs, _stood_before):
        rewrite(db, group, status=status, decided_at=at, decided_by=by, decision_reason=reason)
    for _, row in pairs:
        record(
            actor,
            "application.taken_back",
            "application",
            row.id,
            campus_id=row.campus_id,
            old={"status": was[row.id]},
            new={"status": row.status},
        )


def _stood_before(
    line: AdmissionBatchLine,
) -> tuple[ApplicationStatus, datetime | None, UUID | None, str | None]:
    """State, moment, officer and reason of the decision before the act."""
    at, by = line.before["decided_at"], line.before["decided_by"]
    return (
        line.from_status,
        datetime.fromisoformat(at) if at else None,
        UUID(by) if by else None,
        line.before["decision_reason"],
    )


__all__ = [
    "add_milestone",
    "add_usual_milestones",
    "assign",
    "carry_out",
    "change_milestone",
    "copy_milestones",
    "merge_applications",
    "remove_filter",
    "remove_milestone",
    "save_filter",
    "settle_pair",
    "take_out_queue",
    "tick",
    "undo_batch",
]
