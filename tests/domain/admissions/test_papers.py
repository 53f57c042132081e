"""A campus asks for papers of its own, and lets some be left out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.services import add_quota, change_class, change_cycle, copy_cycle
from app.domain.admissions.cycles.types import QuotaDetails
from app.domain.admissions.desk.types import QueueFilter
from app.domain.admissions.entry.queries import check_application, list_student_papers, sections_of
from app.domain.admissions.entry.types import Finding
from app.domain.admissions.letters import paper_name
from app.domain.admissions.papers.queries import list_paper_kinds
from app.domain.admissions.papers.services import add_paper_kind, change_paper_kind, remove_paper_kind
from app.domain.admissions.papers.types import PaperDetails, PaperNamed, PaperUsed, Takes
from app.domain.admissions.queries import (
    find_by_token,
    get_application,
    list_documents,
    list_papers_asked,
)
from app.domain.admissions.services import (
    attach_document,
    decide_application,
    enrol_applicant,
    save_step,
    send_paper,
    submit_application,
)
from app.domain.admissions.types import (
    ApplicationStatus,
    DocumentKind,
    NotComplete,
    PaperNotWanted,
    Step,
)
from app.domain.audit.queries import list_entries_of
from app.domain.files.services import sweep as check_files
from app.domain.files.types import UploadRefused
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.texts import LocalText
from tests.domain.admissions.test_cycles import year
from tests.domain.admissions.test_desk import found
from tests.support.applications import TODAY, decided, draft, link_to, sent
from tests.support.cast import Cast
from tests.support.uploads import pdf, picture

FAMILY = visitor("bn")
LETTER = PaperDetails(LocalText("Letter of the imam", "ইমামের চিঠি", "رسالة الإمام"))
SUBMIT: dict[str, Any] = {"consent": True, "today": TODAY, "status_link": link_to}


def added(cast: Cast, details: PaperDetails = LETTER) -> DocumentKind:
    """The code of a kind that the campus has added."""
    key = add_paper_kind(cast.farida.actor, cast.campus, details)
    return next(each.kind for each in list_paper_kinds(cast.campus) if each.id == key)


def asked_of_all(cast: Cast, *kinds: DocumentKind, spare: tuple[DocumentKind, ...] = ()) -> None:
    """The open cycle asks every child for these besides."""
    cycle = get_cycle(cast.farida.actor, cast.cycle)
    papers = (*cycle.details.papers, *kinds)
    details = replace(cycle.details, papers=papers, spare_papers=spare)
    change_cycle(cast.farida.actor, cast.cycle, cycle.version, details)


def test_a_paper_of_the_school_is_asked_for_sent_and_moves_to_the_file(cast: Cast) -> None:
    officer, kind = cast.farida.actor, added(cast)
    asked_of_all(cast, kind)
    token = draft()
    with pytest.raises(NotComplete) as refused:
        submit_application(FAMILY, token, **SUBMIT)
    assert [gap.field for gap in refused.value.gaps] == [kind]
    attach_document(FAMILY, token, kind, pdf(), "letter.pdf")
    check_files()
    submit_application(FAMILY, token, **SUBMIT)
    application = find_by_token(token)
    assert application is not None and list(list_documents(application.id))[-1] == kind
    decide_application(
        officer,
        application.id,
        ApplicationStatus.OFFERED,
        reason="A good fit.",
        version=application.version,
        status_link=link_to,
    )
    now = get_application(officer, application.id)
    made = enrol_applicant(
        officer, now.id, cast.section_7a, version=now.version, today=TODAY, invitation_link=link_to
    )
    assert kind in {paper.kind for paper in list_student_papers(made.student_id)}


def test_the_office_sees_that_a_paper_of_the_school_is_missing(cast: Cast) -> None:
    officer, kind = cast.farida.actor, added(cast)
    offered = decided()
    assert found(cast, QueueFilter(papers_open=True)) == set()
    asked_of_all(cast, kind)
    assert found(cast, QueueFilter(papers_open=True)) == {offered.id}
    checked = check_application(officer, offered, sections_of(offered), TODAY)
    assert (Finding.PAPER_MISSING, kind) in {
        (each.what, dict(each.values).get("paper")) for each in checked.look
    }
    assert paper_name(kind, "ar") == "رسالة الإمام"


def test_what_may_be_left_out_stops_nobody_and_is_kept_where_it_comes(cast: Cast) -> None:
    officer, kind = cast.farida.actor, added(cast)
    asked_of_all(cast, kind, spare=(kind,))
    without, with_it = sent(), draft(phone="+8801911111111", birth_registration_no="20160000000000001")
    assert kind in list_papers_asked(without)
    checked = check_application(officer, without, sections_of(without), TODAY)
    assert Finding.PAPER_MISSING not in {each.what for each in checked.look}
    with pytest.raises(PaperNotWanted):
        send_paper(FAMILY, without.id, kind, pdf(), "late.pdf")
    attach_document(FAMILY, with_it, kind, pdf(), "letter.pdf")
    check_files()
    submit_application(FAMILY, with_it, **SUBMIT)
    application = find_by_token(with_it)
    assert application is not None and kind in list_documents(application.id)
    assert found(cast, QueueFilter(papers_open=True)) == set()


def test_a_class_or_a_quota_asks_for_it_and_a_copy_still_does(cast: Cast) -> None:
    officer, kind = cast.farida.actor, added(cast)
    seat = next(each for each in get_cycle(officer, cast.cycle).classes if each.class_id == cast.class_7)
    change_class(officer, cast.cycle, seat.id, seat.version, replace(seat.details, papers=(kind,)))
    asked_of_all(cast, spare=(kind,))
    one = find_by_token(draft(papers=False))
    assert one is not None and kind in list_papers_asked(one)
    other = find_by_token(draft(papers=False, class_id=cast.class_6, phone="+8801911111111"))
    assert other is not None and kind not in list_papers_asked(other)
    second = added(cast, PaperDetails(LocalText("Order of transfer to Mirpur")))
    quota = add_quota(officer, cast.cycle, QuotaDetails(LocalText("Moved"), Decimal(5), (second,)))
    token = draft(papers=False, class_id=cast.class_6, phone="+8801922222222")
    save_step(FAMILY, token, Step.ADDRESS, {"quota_ids": [quota]}, TODAY)
    claimed = find_by_token(token)
    assert claimed is not None and second in list_papers_asked(claimed)
    copy = get_cycle(officer, copy_cycle(officer, cast.cycle, year(cast)))
    assert copy.details.spare_papers == (kind,) and copy.quotas[0].details.papers == (second,)
    assert {each.details.papers for each in copy.classes} == {(kind,), ()}


def test_only_the_files_it_may_be_are_taken(cast: Cast) -> None:
    kind = added(cast, replace(LETTER, takes=Takes.PDF))
    asked_of_all(cast, kind)
    token = draft(papers=False)
    with pytest.raises(UploadRefused):
        attach_document(FAMILY, token, kind, picture(), "letter.jpg")
    attach_document(FAMILY, token, kind, pdf(), "letter.pdf")
    with pytest.raises(UploadRefused):
        attach_document(FAMILY, token, DocumentKind.PHOTO, pdf(), "me.pdf")
    with pytest.raises(NotFound):
        attach_document(FAMILY, token, DocumentKind("own_999999"), pdf(), "what.pdf")


def test_what_is_asked_for_or_was_sent_stays_and_can_be_named_otherwise(cast: Cast) -> None:
    officer, kind = cast.farida.actor, added(cast)
    (view,) = list_paper_kinds(cast.campus)
    asked_of_all(cast, kind)
    with pytest.raises(PaperUsed):
        remove_paper_kind(officer, view.id)
    token = draft()
    attach_document(FAMILY, token, kind, pdf(), "letter.pdf")
    cycle = get_cycle(officer, cast.cycle)
    usual = tuple(each for each in cycle.details.papers if each != kind)
    change_cycle(officer, cast.cycle, cycle.version, replace(cycle.details, papers=usual))
    with pytest.raises(PaperUsed):
        remove_paper_kind(officer, view.id)
    renamed = replace(LETTER, name=LocalText("Letter of the mosque"))
    change_paper_kind(officer, view.id, view.version, renamed)
    assert paper_name(kind, "bn") == "Letter of the mosque"
    with pytest.raises(Stale):
        change_paper_kind(officer, view.id, view.version, LETTER)
    with pytest.raises(PaperNamed):
        add_paper_kind(officer, cast.campus, PaperDetails(LocalText("letter of the MOSQUE")))
    acts = [each.action.split(".")[1] for each in list_entries_of("admission_paper_kind", view.id)]
    assert sorted(acts) == ["added", "changed"]


def test_an_unused_paper_is_removed_and_others_touch_nothing(cast: Cast) -> None:
    added(cast)
    (view,) = list_paper_kinds(cast.campus)
    for act in (
        lambda: add_paper_kind(cast.bashir.actor, cast.campus, LETTER),
        lambda: add_paper_kind(cast.jamil.actor, cast.campus, LETTER),
        lambda: change_paper_kind(cast.jamil.actor, view.id, view.version, LETTER),
        lambda: remove_paper_kind(cast.jamil.actor, view.id),
    ):
        with pytest.raises((NotFound, Forbidden)):
            act()
    remove_paper_kind(cast.farida.actor, view.id)
    assert list_paper_kinds(cast.campus) == []
