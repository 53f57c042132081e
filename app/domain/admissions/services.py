"""Writes of admissions: one verb, one transaction, and the family is written to in the same one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, false, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.academics.queries import get_section, year_labels
from app.domain.academics.services import enrol_student
from app.domain.accounts.queries import AccountView, find_account_of_person
from app.domain.accounts.services import ensure_guardian_account, invite_user
from app.domain.admissions.cycles.rules import look_at_age, most_relief, papers_required, relief_of
from app.domain.admissions.entry.models import ApplicationEnrolment
from app.domain.admissions.entry.papers import move_papers
from app.domain.admissions.entry.queries import given_of, whole_address
from app.domain.admissions.entry.types import ChildKnown, YearOver
from app.domain.admissions.forms.queries import form_by, version_in_force
from app.domain.admissions.forms.rules import kept_answers, merged
from app.domain.admissions.history import note_event, note_events
from app.domain.admissions.letters import (
    decided_letter,
    decided_text,
    draft_letter,
    enrolled_letter,
    enrolled_text,
    received_letter,
    received_text,
    refused_paper_letter,
    refused_paper_text,
    refused_paper_words,
    withdrawn_letter,
    withdrawn_text,
)
from app.domain.admissions.models import (
    AdmissionCycle,
    Application,
    ApplicationDocument,
    ApplicationEvent,
)
from app.domain.admissions.offers.letters import in_words, offered_letter, offered_text
from app.domain.admissions.offers.seats import (
    hold_pools_of,
    offer_by_hand,
    release_offers,
    settle_offer,
)
from app.domain.admissions.papers.queries import find_own_paper
from app.domain.admissions.papers.rules import files_for
from app.domain.admissions.queries import (
    behind,
    cycle_year,
    find_asked,
    find_by_token,
    find_place_of,
    find_sent,
    list_documents,
    list_open_classes,
    list_papers_asked,
    list_quota_terms,
    view_of,
    within,
)
from app.domain.admissions.rules import (
    PAPERS_COUNT,
    answers_of,
    check_birth_date,
    check_reason,
    check_transition,
    find_gaps,
    papers_to_send,
    script_of,
    usable_papers,
)
from app.domain.admissions.telling import News, child_of, tell_families, tell_family
from app.domain.admissions.types import (
    AgeOutside,
    AlreadySent,
    ApplicationsClosed,
    ApplicationStatus,
    ApplicationView,
    ConsentMissing,
    DocumentKind,
    Enrolled,
    EventKind,
    Gap,
    NotComplete,
    OpenClass,
    OtherClass,
    PaperNotWanted,
)
from app.domain.audit.services import plain, record, record_change
from app.domain.counters.services import next_number
from app.domain.files.queries import refused_files
from app.domain.files.services import add_piece, delete_file, gathered, pieces_kept, store_upload
from app.domain.files.types import FileRefusal
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission, Role
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import NotFound, Stale
from app.domain.kernel.ids import hash_token
from app.domain.kernel.names import search_key
from app.domain.kernel.references import make_reference
from app.domain.people.queries import find_guardian_by_phone, find_person, list_students_born
from app.domain.people.services import (
    PersonFields,
    add_guardian,
    add_person,
    add_student,
    hold_guardian_phone,
    link_guardian,
    next_student_no,
    update_person,
)
from app.domain.people.types import Relationship, StudentStatus
from app.uow import transaction

LinkTo = Callable[[str, str], str]
"""(language, reference or token) to the absolute address of a page."""


# --- the family's side


def _locked(db: Session, *conditions: ColumnElement[bool]) -> Application:
    """The row, held until the transaction ends. Raises NotFound."""
    row = db.scalars(
        select(Application).where(*conditions).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _draft(db: Session, token: str) -> Application:
    """The draft behind a private link. Raises NotFound, AlreadySent."""
    row = _locked(db, behind(token))
    if row.status is not ApplicationStatus.DRAFT:
        raise AlreadySent
    return row


def start_application(
    actor: Actor, token: str, locale: str, today: date, *, cycle_id: UUID | None = None
) -> None:
    """Begin a draft behind `token`. A token that has one already is left as it is: a double click starts once.

    `cycle_id`: the open cycle that the family chose; none where there was nothing to choose. The family can still
    change to a class of another one. Raises ApplicationsClosed.
    """
    places = [each for each in list_open_classes(today) if cycle_id in (None, each.cycle_id)]
    if not places:
        raise ApplicationsClosed
    with transaction() as db:
        key = new_id()
        made = db.execute(
            insert(Application)
            .values(
                id=key,
                campus_id=places[0].campus_id,
                cycle_id=places[0].cycle_id,
                form_version_id=version_in_force(places[0].cycle_id),
                token_hash=hash_token(token),
                locale=locale,
                status=ApplicationStatus.DRAFT,
            )
            .on_conflict_do_nothing(index_elements=[Application.token_hash])
            .returning(Application.id)
        ).scalar_one_or_none()
        if made is None:
            return
        db.add(ApplicationEvent(application_id=key, kind=EventKind.STARTED, details={"version": 1}))
        record(actor, "application.started", "application", key, campus_id=places[0].campus_id)


def save_step(
    actor: Actor,
    token: str,
    step: str,
    answers: Mapping[str, Any],
    today: date,
    *,
    draft_link: str | None = None,
) -> ApplicationView:
    """Keep the answers of one page of the form; those not given stay as they were, None empties one.

    `seat` is the key of an open class of a cycle. What the page does not ask of families changes nothing. When an
    e-mail address is given for the first time or changes, the family gets the private link by mail. Raises
    NotFound, AlreadySent, ApplicationsClosed, BornLater, NotPlausible, AgeOutside, InvalidValue.
    """
    with transaction() as db:
        row = _draft(db, token)
        page = form_by(row.form_version_id).page(step)
        fields = {field.key: field for field in page.asked} if page else {}
        allowed = [key for key, field in fields.items() if field.is_core]
        given = {name: answers[name] for name in allowed if name in answers}
        own = {name: value for name, value in answers.items() if name in fields and name not in allowed}
        old = {name: getattr(row, name, None) for name in [*allowed, "class_id", "guardian_name_bn"]}
        old["answers"] = row.answers
        email_was = row.email
        row.locale = actor.locale
        if given.get("born_on"):
            check_birth_date(given["born_on"], today)
        place = None
        if "seat" in given:
            place = _choose_class(row, given.pop("seat"), today)
        if own:
            row.answers = merged(form_by(row.form_version_id), row.answers, own, office=False)
        if "quota_ids" in given:
            _claim(row, given.pop("quota_ids") or ())
        if row.class_id and (given.get("born_on") or given.get("shift")):
            place = place or _place_now(row, today)
        if given.get("born_on") and row.class_id:
            # Which quotas the family claims, it says later; until then every relief is still to be had.
            _check_age(place, given["born_on"], most_relief(place.terms.quotas) if place else 0)
        if "guardian_name" in given:
            _name_guardian(row, given.pop("guardian_name") or "")
        for name, value in given.items():
            setattr(row, name, value or None)
        if place and row.shift not in place.shifts:
            row.shift = None
        row.search_key = _search_key(row)
        row.updated_at = clock.now()
        db.flush()
        new = {name: getattr(row, name, None) for name in old}
        record_change(
            actor, "application.saved", "application", row.id, old=old, new=new, campus_id=row.campus_id
        )
        if draft_link and row.email and row.email != email_was:
            tell_family(row, "application.draft", draft_letter(row.locale, draft_link, _closes_on(db, row)))
        return view_of(row)


def _choose_class(row: Application, seat_id: UUID | None, today: date) -> OpenClass | None:
    if seat_id is None:
        row.class_id = None
        return None
    place = next((place for place in list_open_classes(today) if place.seat_id == seat_id), None)
    if place is None:
        raise ApplicationsClosed
    if place.cycle_id != row.cycle_id:
        row.quota_ids = []
        row.form_version_id = version_in_force(place.cycle_id)
    row.campus_id, row.cycle_id, row.class_id = place.campus_id, place.cycle_id, place.class_id
    return place


def _claim(row: Application, quota_ids: Collection[UUID]) -> None:
    """Keep the quotas that the family claims, as far as its cycle has them."""
    known = list_quota_terms([row.cycle_id]).get(row.cycle_id, []) if quota_ids else []
    row.quota_ids = sorted({quota.id for quota in known} & set(quota_ids))


def _place_now(row: Application, today: date) -> OpenClass | None:
    return find_place_of(view_of(row), list_open_classes(today))


def _check_age(place: OpenClass | None, born_on: date | None, relief_months: int) -> None:
    """Raises AgeOutside with the rule of the class in words."""
    if place is None or born_on is None:
        return
    answer = look_at_age(place.age, born_on, relief_months)
    if not answer.fits:
        raise AgeOutside(answer.message, **answer.values)


def _name_guardian(row: Application, name: str) -> None:
    """Put the one name that the form asks for into the column of its script."""
    row.guardian_name_en = row.guardian_name_bn = row.guardian_name_ar = None
    if name:
        setattr(row, f"guardian_name_{script_of(name)}", name)


def _search_key(row: Application) -> str:
    return search_key(
        row.child_name_en,
        row.child_name_bn,
        row.child_name_ar,
        row.guardian_name_en,
        row.guardian_name_bn,
        row.guardian_name_ar,
        row.reference,
    )


def _closes_on(db: Session, row: Application) -> date | None:
    return db.scalar(select(AdmissionCycle.closes_on).where(AdmissionCycle.id == row.cycle_id))


def attach_document(actor: Actor, token: str, kind: DocumentKind, data: bytes, file_name: str) -> None:
    """Keep a paper of a draft, in quarantine until it is checked; one of the same kind is replaced and forgotten.

    Raises NotFound, also for a paper that is not asked for, AlreadySent, and the errors of
    `files.services.store_upload`.
    """
    with transaction() as db:
        row = _draft(db, token)
        if kind not in list_papers_asked(view_of(row)):
            raise NotFound
        _keep_paper(db, actor, row, kind, data, file_name)
        row.updated_at = clock.now()


def send_paper(actor: Actor, application_id: UUID, kind: DocumentKind, data: bytes, file_name: str) -> None:
    """Keep a paper of a sent application that is missing or was refused; its history says that it came.

    The family has shown that the application is its own. Raises NotFound, PaperNotWanted, and the errors of
    `files.services.store_upload`.
    """
    with transaction() as db:
        row = _locked(db, Application.id == application_id, Application.status != ApplicationStatus.DRAFT)
        _check_wanted(view_of(row), kind)
        _keep_paper(db, actor, row, kind, data, file_name)
        note_event(db, actor, row, EventKind.PAPER, paper=kind)


def _check_wanted(application: ApplicationView, kind: DocumentKind) -> None:
    """Raises PaperNotWanted where a sent application needs no such paper."""
    asked, documents = find_asked(application).needed, list_documents(application.id)
    if kind not in papers_to_send(application.status, asked, documents):
        raise PaperNotWanted


def _keep_paper(
    db: Session, actor: Actor, row: Application, kind: DocumentKind, data: bytes, file_name: str
) -> None:
    file_id = store_upload(
        actor, data, file_name, allowed=files_for(kind, find_own_paper(kind)), campus_id=row.campus_id
    )
    _forget_document(db, actor, row, kind)
    db.add(ApplicationDocument(application_id=row.id, document_type=kind, file_id=file_id))
    record(
        actor,
        "application.document_added",
        "application",
        row.id,
        campus_id=row.campus_id,
        new={"kind": kind, "file": file_id},
    )


def _place(of: str | UUID, kind: DocumentKind) -> str:
    """Where pieces of this paper gather: of the draft behind a private link, or of a sent application by its key.

    Raises NotFound, AlreadySent, PaperNotWanted, as the whole paper would.
    """
    application = find_sent(of) if isinstance(of, UUID) else find_by_token(of)
    if application is None:
        raise NotFound
    if isinstance(of, UUID):
        _check_wanted(application, kind)
    elif not application.is_draft:
        raise AlreadySent
    elif kind not in list_papers_asked(application):
        raise NotFound
    return f"application {application.id} {kind}"


def paper_pieces_kept(of: str | UUID, kind: DocumentKind, mark: str) -> int:
    """How many bytes of a paper on its way are here. `of` and what it raises: as in `_place`."""
    return pieces_kept(_place(of, kind), mark)


def add_paper_piece(
    of: str | UUID, kind: DocumentKind, mark: str, size: int, offset: int, data: bytes
) -> int:
    """Add a piece to a paper of `size` bytes and return how much is here.

    Raises as `_place` does, and the errors of `files.services.add_piece`.
    """
    return add_piece(_place(of, kind), mark, size, offset, data)


def finish_paper(
    actor: Actor, of: str | UUID, kind: DocumentKind, mark: str, size: int, file_name: str
) -> None:
    """Keep a paper whose pieces are all here, as if it had come whole.

    Raises PieceOutOfPlace where one is missing, and the errors of `attach_document` or `send_paper`.
    """
    place = _place(of, kind)
    with gathered(place, mark, size) as data:
        if isinstance(of, UUID):
            send_paper(actor, of, kind, data, file_name)
        else:
            attach_document(actor, of, kind, data, file_name)


def remove_document(actor: Actor, token: str, kind: DocumentKind) -> bool:
    """Forget a paper of a draft. False where there is none. Raises NotFound, AlreadySent."""
    with transaction() as db:
        row = _draft(db, token)
        row.updated_at = clock.now()
        return _forget_document(db, actor, row, kind)


def _forget_document(db: Session, actor: Actor, row: Application, kind: DocumentKind) -> bool:
    paper = db.scalars(
        select(ApplicationDocument).where(
            ApplicationDocument.application_id == row.id, ApplicationDocument.document_type == kind
        )
    ).one_or_none()
    if paper is None:
        return False
    file_id = paper.file_id
    db.delete(paper)
    db.flush()
    delete_file(file_id)
    record(
        actor,
        "application.document_removed",
        "application",
        row.id,
        campus_id=row.campus_id,
        old={"kind": kind, "file": file_id},
    )
    return True


def submit_application(actor: Actor, token: str, *, consent: bool, today: date, status_link: LinkTo) -> str:
    """Send a draft to the school and return its reference. A second time gives the same one and does nothing.

    Raises NotFound, ConsentMissing, NotComplete (with what is missing), ApplicationsClosed, AgeOutside.
    """
    with transaction() as db:
        row = _locked(db, behind(token))
        if row.reference:
            return row.reference
        if not consent:
            raise ConsentMissing
        _hold_open(db, row.cycle_id)
        place = _place_now(row, today)
        if place and row.shift not in place.shifts:
            row.shift = None  # the class has other shifts than when it was chosen
        form, view = form_by(row.form_version_id), view_of(row)
        asked = papers_required(place, row.quota_ids) if place else find_asked(view).needed
        shifts = place.shifts if place else ()
        gaps = find_gaps(view, usable_papers(list_documents(row.id)), asked, form, shifts)
        if gaps:
            raise NotComplete(gaps)
        if place is None:
            raise ApplicationsClosed
        _check_age(place, row.born_on, relief_of(place.terms.quotas, row.quota_ids))
        year = place.year_starts_on.year
        reference = make_reference(year, next_number(f"application-{year}"))
        row.locale = actor.locale
        row.answers = kept_answers(form, answers_of(view), row.answers)
        row.status = ApplicationStatus.SUBMITTED
        row.submitted_at = clock.now()
        row.reference = reference
        row.search_key = _search_key(row)
        note_event(db, actor, row, EventKind.SUBMITTED, was=ApplicationStatus.DRAFT, consent=True)
        record(
            actor,
            "application.submitted",
            "application",
            row.id,
            campus_id=row.campus_id,
            old={"status": ApplicationStatus.DRAFT},
            new={"status": row.status, "reference": row.reference},
        )
        link = status_link(row.locale, row.reference)
        letter = received_letter(row.locale, child_of(row), row.reference, link)
        tell_family(row, "application.received", letter, received_text(row.locale, row.reference), link=link)
        return row.reference


def _hold_open(db: Session, cycle_id: UUID) -> None:
    """Let nobody close a cycle, or fix the list of a draw of it, before an application on its way is in. Families
    do not wait for each other."""
    db.execute(
        select(AdmissionCycle.id)
        .where(AdmissionCycle.id == cycle_id)
        .with_for_update(read=True, key_share=True)
    )


def withdraw_application(actor: Actor, application_id: UUID) -> None:
    """Take an application back for the family, which has shown that it is its own. Twice is once.

    Raises NotFound, NotAllowedNow once the child is enrolled or the application was refused.
    """
    with transaction() as db:
        row = _locked(db, Application.id == application_id, Application.status != ApplicationStatus.DRAFT)
        was = row.status
        if was is ApplicationStatus.WITHDRAWN:
            return
        check_transition(was, ApplicationStatus.WITHDRAWN)
        row.status = ApplicationStatus.WITHDRAWN
        release_offers(db, [row.id])
        note_event(db, actor, row, EventKind.WITHDRAWN, was=was)
        record(
            actor,
            "application.withdrawn",
            "application",
            row.id,
            campus_id=row.campus_id,
            old={"status": was},
            new={"status": row.status},
        )
        letter = withdrawn_letter(row.locale, child_of(row), row.reference or "")
        tell_family(row, "application.withdrawn", letter, withdrawn_text(row.locale, row.reference or ""))


def tell_of_refused_papers(status_link: LinkTo) -> int:
    """Write to each family whose sent paper the check refused, once for each paper. Returns how many papers.

    The note that a family was told is stored with the letter: a worker that stops in between has done neither, and
    the next one does both. A draft shows it on its own pages and cannot be sent with it.
    """
    refused = refused_files().subquery()
    with transaction() as db:
        found = db.execute(
            select(ApplicationDocument, Application, refused.c.refusal)
            .join(refused, refused.c.id == ApplicationDocument.file_id)
            .join(Application, Application.id == ApplicationDocument.application_id)
            .where(ApplicationDocument.refusal_told_at.is_(None), Application.status.in_(PAPERS_COUNT))
            # Texts to one phone wait for each other: two acts at once meet the phones in one order.
            .order_by(Application.phone, ApplicationDocument.id)
            .with_for_update(of=ApplicationDocument, skip_locked=True)
        ).all()
        for paper, row, why in found:
            paper.refusal_told_at = clock.now()
            kind, reason, reference = paper.document_type, why or FileRefusal.DAMAGED, row.reference or ""
            link = status_link(row.locale, reference)
            letter = refused_paper_letter(row.locale, kind, reason, child_of(row), reference, link)
            text = refused_paper_text(row.locale, kind, reason, reference, link)
            words = refused_paper_words(row.locale, kind, reason)
            tell_family(row, "application.paper_refused", letter, text, link=link, **words)
    return len(found)


# --- the office's side


def add_note(actor: Actor, application_id: UUID, text: str) -> None:
    """Write a note for colleagues. The family never sees it. Twice in a row is once. Raises NotFound."""
    with transaction() as db:
        row = _locked(db, Application.id == application_id, within(actor, Permission.APPLICATIONS_READ))
        add_notes(actor, [row], text)


def add_notes(actor: Actor, rows: Sequence[Application], text: str) -> None:
    """The same on many, whose rows the caller holds."""
    with transaction() as db:
        last = _last_notes(db, actor, [row.id for row in rows])
        new = [row for row in rows if last.get(row.id) != text]
        note_events(db, actor, new, EventKind.NOTE, note=text)
        for row in new:
            record(
                actor, "application.noted", "application", row.id, campus_id=row.campus_id, new={"note": text}
            )


def _last_notes(db: Session, actor: Actor, application_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """What the actor noted, by application, where nothing has happened to it since."""
    last = db.scalars(
        select(ApplicationEvent)
        .where(ApplicationEvent.application_id.in_(application_ids))
        .ext(distinct_on(ApplicationEvent.application_id))
        .order_by(ApplicationEvent.application_id, ApplicationEvent.at.desc(), ApplicationEvent.id.desc())
    )
    return {
        each.application_id: each.note
        for each in last
        if each.kind is EventKind.NOTE and each.user_id == actor.user_id
    }


def _in_hand(
    db: Session, actor: Actor, application_id: UUID, permission: Permission, version: int
) -> Application:
    """The row as the officer saw it. Raises NotFound, Stale."""
    row = _locked(db, Application.id == application_id, within(actor, permission))
    if row.version != version:
        raise Stale
    return row


def decide_application(
    actor: Actor,
    application_id: UUID,
    to: ApplicationStatus,
    *,
    reason: str,
    version: int,
    status_link: LinkTo,
) -> None:
    """Decide, write it into the history and tell the family. A place is offered with a deadline, as far as seats go;
    any other decision frees the seat the child had.

    Raises NotFound, Stale (somebody decided since the page was opened), NotAllowedNow, ReasonMissing, ClassFull.
    """
    with transaction() as db:
        if to is ApplicationStatus.OFFERED:
            # Before the application: whoever gives seats locks in this order.
            hold_pools_of(db, [application_id])
        row = _in_hand(db, actor, application_id, Permission.APPLICATIONS_DECIDE, version)
        check_transition(row.status, to)
        check_reason(to, reason)
        last_day = offer_by_hand(db, actor, row) if to is ApplicationStatus.OFFERED else None
        _decide(db, actor, [row], to, reason)
        _tell_decided([row], to, reason, status_link, last_day)


def decide_applications(
    actor: Actor,
    rows: Sequence[Application],
    to: ApplicationStatus,
    *,
    reason: str,
    status_link: LinkTo,
) -> dict[UUID, UUID]:
    """Decide the same on many, whose rows the caller holds and has seen may become it; a place is offered to each by
    itself. Returns the keys of the letters by application."""
    with transaction() as db:
        _decide(db, actor, rows, to, reason)
        return _tell_decided(rows, to, reason, status_link)


def _decide(
    db: Session, actor: Actor, rows: Sequence[Application], to: ApplicationStatus, reason: str
) -> None:
    if to is not ApplicationStatus.OFFERED:
        release_offers(db, [row.id for row in rows])
    was = {row.id: row.status for row in rows}
    rewrite(
        db, rows, status=to, decided_at=clock.now(), decided_by=actor.user_id, decision_reason=reason or None
    )
    note_events(db, actor, rows, EventKind.DECIDED, was=was, note=reason)
    for row in rows:
        record(
            actor,
            "application.decided",
            "application",
            row.id,
            campus_id=row.campus_id,
            old={"status": was[row.id]},
            new={"status": to, "reason": reason},
        )


def rewrite(db: Session, rows: Sequence[Application], **values: object) -> None:
    """Give rows that the caller holds the same values, and each its next version. One statement."""
    db.execute(
        update(Application)
        .where(Application.id.in_([row.id for row in rows]))
        .values(**values, version=Application.version + 1)
        .returning(Application)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()


def _tell_decided(
    rows: Sequence[Application],
    to: ApplicationStatus,
    reason: str,
    status_link: LinkTo,
    last_day: date | None = None,
) -> dict[UUID, UUID]:
    return tell_families(
        f"application.{to.value}", [_decision(row, to, reason, status_link, last_day) for row in rows]
    )


def _decision(
    row: Application, to: ApplicationStatus, reason: str, status_link: LinkTo, last_day: date | None
) -> News:
    reference = row.reference or ""
    link = status_link(row.locale, reference)
    day = in_words(row.locale, last_day) if last_day else ""
    if day:
        letter = offered_letter(row.locale, child_of(row), reference, day, reason, link)
        text: str | None = offered_text(row.locale, reference, day, link)
    else:
        letter = decided_letter(row.locale, to, child_of(row), reference, reason, link)
        text = decided_text(row.locale, to, reference)
    return News(row, letter, text, {"reason": reason, "link": link, "day": day})


def enrol_applicant(
    actor: Actor,
    application_id: UUID,
    section_id: UUID,
    *,
    version: int,
    today: date,
    invitation_link: LinkTo,
    take: Collection[str] = (),
    guardian_version: int = 0,
) -> Enrolled:
    """Turn an application into a student in a section: all of it or nothing.

    Person, student number, guardian (found by phone, else new), account and invitation, seat and roll number, papers
    in the student's file. What is known of a guardian is never changed, but for the fields in `take` (names of
    `entry.rules.TAKEABLE`), which the officer chose to take over from the application after reading the record at
    `guardian_version`. What was made is kept, for `entry.services.undo_enrolment`. Locks are taken in one order: the
    application, the guardian's phone, the counter of student numbers, the section.

    Raises NotFound, Stale, NotAllowedNow, OtherClass, YearOver, ChildKnown, SectionFull, PersonChanged, and what the
    accounts refuse.
    """
    with transaction() as db:
        row = _in_hand(db, actor, application_id, Permission.APPLICATIONS_ENROL, version)
        was = row.status
        check_transition(was, ApplicationStatus.ENROLLED)
        section = get_section(actor, section_id, Permission.APPLICATIONS_ENROL)
        year_id = cycle_year(row.cycle_id)
        if (section.class_id, section.academic_year_id) != (row.class_id, year_id):
            raise OtherClass
        year = year_labels([year_id])[year_id]
        if today > year.ends_on:
            raise YearOver
        admitted_on = max(today, year.starts_on)
        guardian_id, guardian_person, guardian_is_new = _guardian_of(actor, row)
        had_account = find_account_of_person(guardian_person)
        account, account_is_new = ensure_guardian_account(
            actor, guardian_person, row.phone, row.email, row.locale
        )
        invitation = invite_user(actor, account, invitation_link) if account_is_new else None
        taken = _take_over(actor, row, guardian_person, guardian_version, take)
        student_id, student_no = _student_of(actor, row, admitted_on)
        link_guardian(
            actor, student_id, guardian_id, row.relationship or Relationship.GUARDIAN, is_primary=True
        )
        enrolment_id, roll = enrol_student(actor, student_id, section_id, enrolled_on=admitted_on)
        papers = move_papers(db, row.id, student_id)
        row.status, row.student_id = ApplicationStatus.ENROLLED, student_id
        settle_offer(db, row.id)
        details: dict[str, Any] = {"section": section.code, "roll_number": roll, "student_no": student_no}
        note_event(db, actor, row, EventKind.ENROLLED, was=was, **details)
        db.add(
            ApplicationEnrolment(
                application_id=row.id,
                from_status=was,
                enrolled_at=clock.now(),
                enrolled_by=actor.user_id,
                made=plain(
                    {
                        "student": student_id,
                        "enrolment": enrolment_id,
                        "link": guardian_id,
                        "guardian": guardian_id if guardian_is_new else None,
                        "user": account if account_is_new else None,
                        "role_of": account if _becomes_guardian(had_account) else None,
                        "papers": papers,
                        "taken": taken,
                    }
                ),
            )
        )
        record(
            actor,
            "application.enrolled",
            "application",
            row.id,
            campus_id=row.campus_id,
            old={"status": was},
            new={"status": row.status, "student": student_id, "guardian": guardian_id, **details},
        )
        seat = {
            "class": section.class_name.in_(row.locale)[0],
            "section": section.name.in_(row.locale)[0] or section.code,
            "roll": to_local_digits(str(roll), row.locale),
        }
        letter = enrolled_letter(row.locale, child_of(row), student_no, *seat.values())
        text = enrolled_text(row.locale, student_no)
        tell_family(row, "application.enrolled", letter, text, number=student_no, **seat)
    return Enrolled(student_id, student_no, roll, guardian_is_new, account_is_new, invitation)


def _guardian_of(actor: Actor, row: Application) -> tuple[UUID, UUID, bool]:
    """(guardian, person, is new) for the phone of an application. Two children of one family make one guardian."""
    phone = row.phone or ""
    hold_guardian_phone(phone)
    known = find_guardian_by_phone(phone)
    if known is not None:
        return known.guardian_id, known.person_id, False
    given = given_of(view_of(row))
    person_id = add_person(
        actor,
        name_en=given["name_en"],
        name_bn=given["name_bn"],
        name_ar=given["name_ar"],
        phone=phone,
        email=given["email"],
        address=given["address"],
    )
    return add_guardian(actor, person_id), person_id, True


def _becomes_guardian(account: AccountView | None) -> bool:
    """Whether somebody who had an account for something else becomes a guardian now."""
    return account is not None and Role.GUARDIAN not in {grant.role for grant in account.grants}


def _take_over(
    actor: Actor, row: Application, person_id: UUID, version: int, names: Collection[str]
) -> dict[str, Any] | None:
    """Write the fields the officer chose into the guardian's record; what was there and what is, to take it back."""
    given = {name: text for name, text in given_of(view_of(row)).items() if name in names and text}
    person = find_person(person_id) if given else None
    if person is None:
        return None
    known = {f"name_{script}": text or None for script, text in person.names.to_dict().items()}
    known |= {"email": person.email, "address": person.address}
    if not update_person(actor, person_id, version, **cast(PersonFields, given)):
        return None
    return {"person": person_id, "old": {name: known[name] for name in given}, "new": given}


def _student_of(actor: Actor, row: Application, admitted_on: date) -> tuple[UUID, str]:
    """Person and student. Whoever holds the counter of numbers sees every student made before. Raises ChildKnown."""
    student_no = next_student_no(admitted_on.year)
    _refuse_known_child(row.birth_registration_no)
    person_id = add_person(
        actor,
        name_en=row.child_name_en,
        name_bn=row.child_name_bn,
        name_ar=row.child_name_ar,
        born_on=row.born_on,
        gender=row.gender,
        address=whole_address(row.address, row.district),
    )
    student_id = add_student(
        actor,
        person_id,
        row.campus_id,
        admitted_on=admitted_on,
        student_no=student_no,
        birth_registration_no=row.birth_registration_no,
        previous_school=row.previous_school,
    )
    return student_id, student_no


def _refuse_known_child(number: str | None) -> None:
    for each in list_students_born([number], [], false()) if number else ():
        if each.status is StudentStatus.ACTIVE:
            raise ChildKnown(number=each.student_no)


__all__ = [
    "Gap",
    "LinkTo",
    "add_note",
    "add_notes",
    "add_paper_piece",
    "attach_document",
    "decide_application",
    "decide_applications",
    "enrol_applicant",
    "finish_paper",
    "paper_pieces_kept",
    "remove_document",
    "rewrite",
    "save_step",
    "send_paper",
    "start_application",
    "submit_application",
    "tell_of_refused_papers",
    "withdraw_application",
]
