"""Pictures of every screen of admissions, in states no demo school has: not a test of the suite.

    ./dev shots --intake            all of them
    ./dev shots --intake draws      one scene

Each scene is a school of its own (the cast), driven by the services; see tests/support/camera.py for the pictures.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typst
from flask import Flask
from flask_babel import force_locale
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update

from app.domain.admissions.cycles.services import add_quota
from app.domain.admissions.cycles.types import QuotaDetails
from app.domain.admissions.desk.services import add_usual_milestones, assign, carry_out, save_filter
from app.domain.admissions.desk.types import BulkAct, Order
from app.domain.admissions.fees.services import confirm_fee, record_fee
from app.domain.admissions.fees.types import FeeMethod
from app.domain.admissions.forms.queries import get_form
from app.domain.admissions.forms.rules import add_field, add_page
from app.domain.admissions.forms.services import change_form
from app.domain.admissions.forms.types import Condition, FieldKind, FormDefinition, FormField
from app.domain.admissions.lottery.services import cancel_draw, fix_list
from app.domain.admissions.models import AdmissionCycle, Application
from app.domain.admissions.offers.services import accept_offer, decline_offer, move_offers, publish_by_time
from app.domain.admissions.queries import find_by_token, get_application
from app.domain.admissions.scores.services import add_slot, give_seats, publish_merit
from app.domain.admissions.services import (
    add_note,
    attach_document,
    decide_application,
    start_application,
    submit_application,
    withdraw_application,
)
from app.domain.admissions.slips.services import issue_slip
from app.domain.admissions.slips.types import Given, Offered, Seating, SlipKind
from app.domain.admissions.types import (
    ApplicationStatus,
    ApplicationView,
    CycleState,
    DocumentKind,
    Method,
)
from app.domain.files.rules import MAX_PAGES
from app.domain.files.services import sweep as check_files
from app.domain.kernel import clock
from app.domain.kernel.access import visitor as nobody
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.ids import new_token
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.extensions import db
from app.integrations.pdf.setting import FONTS, HERE
from app.uow import session
from app.web.slips import slip_data
from ops.browse import acts
from tests.domain.admissions.test_offers import offer_all
from tests.domain.admissions.test_scores import HALL, TEST, VIVA, give, part
from tests.support.applications import TODAY, draft, link_to, seat_of, sent
from tests.support.camera import LANGUAGES, Camera
from tests.support.cast import CAST
from tests.support.draws import announced, applicants, draw_now, page_of, ready_for_a_draw
from tests.support.live import live_server
from tests.support.offers import families, give_seats_by_time
from tests.support.uploads import pdf, picture

S = ApplicationStatus
TEMPLATES = HERE / "templates"
QUEUE = "/admissions/applications/"
NOW = datetime.fromisoformat("2026-11-22T03:00:00+00:00")
NAMES = (
    ("রাইয়ান হোসেন", "Raiyan Hossain"),
    ("মুবতাসিম ফুয়াদ চৌধুরী", "Mubtasim Fuad Chowdhury"),
    ("আরিশা নূর", "Arisha Noor"),
    ("সৈয়দা জান্নাতুল ফেরদৌস", "Syeda Jannatul Ferdous"),
    ("আব্দুল্লাহ আল মামুন", "Abdullah Al Mamun"),
    ("তাসনিম জাহান", "Tasnim Jahan"),
)

Scene = Callable[..., Camera]


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """A Sunday morning in the cast's year."""
    with clock.stopped_at(NOW):
        yield


@pytest.fixture
def scene(real_app: Flask, browser: Browser) -> Iterator[Scene]:
    """Begin a scene by its name; the school's database is inside an application context until it ends."""
    folder, open_cameras = Path(os.environ["SA_PICTURES"]), []
    with live_server(real_app) as url:

        def begin(name: str) -> Camera:
            camera = Camera(browser, url, real_app, folder, name)
            open_cameras.append(camera)
            return camera

        yield begin
        for camera in open_cameras:
            camera.close()


@contextmanager
def office(app: Flask) -> Iterator[None]:
    """Work behind the counter: the services, with what they wrote kept."""
    with app.app_context():
        yield
        session().commit()
        db.session.remove()


def family(number: int, **more: Any) -> ApplicationView:
    """An application of a child with a name of its own."""
    bn, en = NAMES[number % len(NAMES)]
    return sent(
        **{
            "child_name_bn": bn,
            "child_name_en": en,
            "phone": f"+8801812345{600 + number}",
            "birth_registration_no": f"201461194831042{number:02}",
        }
        | more
    )


def again(application: ApplicationView) -> ApplicationView:
    return get_application(CAST.farida.actor, application.id)


def to(application: ApplicationView, *states: ApplicationStatus) -> ApplicationView:
    """Let the officer decide, one state after the other."""
    for state in states:
        decide_application(
            CAST.farida.actor,
            application.id,
            state,
            reason="Every seat is taken; you are on the list.",
            version=again(application).version,
            status_link=link_to,
        )
    return again(application)


def show(application: ApplicationView) -> Callable[[Page, str], None]:
    """The family shows that it is theirs, once, and comes back to its page."""

    def act(page: Page, lang: str) -> None:
        if page.locator("main form [name=phone]").count():
            page.goto(f"/{lang}/admissions/status?reference={application.reference}")
            page.fill("[name=phone]", application.phone or "")
            acts.leave(page, "main form[method=post] button.go")

    return act


def status_of(camera: Camera, name: str, application: ApplicationView) -> None:
    """Its page, as a family of its own."""
    path = f"/{{lang}}/admissions/status/{application.reference}"
    camera.take(name, path, name, show(application))


def send_empty(page: Page, _: str) -> None:
    """Press the main button of the form as it stands."""
    acts.leave(page, "main form[method=post] button.go")


def test_form(scene: Scene, real_app: Flask) -> None:
    """The family's door and form."""
    camera = scene("form")
    with office(real_app):
        full, empty, bad = draft(), new_token(), draft(papers=False)
        start_application(nobody("bn"), empty, "bn", TODAY)
        attach_document(
            nobody("bn"), bad, DocumentKind.BIRTH_CERTIFICATE, pdf(pages=MAX_PAGES + 1), "সনদ.pdf"
        )
        check_files()
    camera.take("door", "/{lang}/admissions/")
    for step in ("child", "guardian", "address", "documents", "review", "saved"):
        camera.take(step, f"/{{lang}}/apply/{full}/{step}")
    for step in ("child", "guardian", "address"):
        camera.take(f"{step}-refused", f"/{{lang}}/apply/{empty}/{step}", act=send_empty)
    camera.take("documents-refused", f"/{{lang}}/apply/{bad}/documents")
    camera.take("review-incomplete", f"/{{lang}}/apply/{empty}/review")
    camera.take("find", "/{lang}/admissions/status")
    camera.take("find-refused", "/{lang}/admissions/status?reference=SA26-99999-9", act=find_nothing)
    camera.take("code", "/{lang}/admissions/code")
    camera.take("gone", "/{lang}/apply/no-such-link")
    with office(real_app):
        sent()
        draft(papers=False, child_name_en="Rumana Hossain", child_name_bn="রুমানা হোসেন")
    camera.take("code-enter", "/{lang}/admissions/code", "mother", ask_code, languages=("bn",))
    camera.take("code-wrong", "/{lang}/admissions/code/enter", "mother", wrong_code)
    camera.take("mine", "/{lang}/admissions/code/enter", "mother", right_code(real_app), languages=("bn",))
    camera.take("mine", "/{lang}/admissions/mine", "mother")
    with office(real_app):
        session().execute(update(AdmissionCycle).values(state=CycleState.CLOSED))
    camera.take("closed", "/{lang}/admissions/")
    camera.take("too-late", f"/{{lang}}/apply/{full}/child")


def find_nothing(page: Page, _: str) -> None:
    """A reference that nobody has."""
    page.fill("[name=phone]", "01812345678")
    acts.leave(page, "main form[method=post] button.go")


def ask_code(page: Page, _: str) -> None:
    """Ask for the code on the phone."""
    page.fill("[name=phone]", "01812345678")
    acts.leave(page, "main form[method=post] button.go")


def wrong_code(page: Page, _: str) -> None:
    """A code that was not sent."""
    page.fill("[name=code]", "000000")
    acts.leave(page, "main form[method=post] button.go")


def right_code(app: Flask) -> Callable[[Page, str], None]:
    """The code that was sent."""

    def act(page: Page, lang: str) -> None:
        with app.app_context():
            body = session().scalars(
                select(OutboxMessage.body)
                .where(OutboxMessage.kind == "family_code")
                .order_by(OutboxMessage.id.desc())
            )
            code = re.sub(r"\D", "", to_ascii_digits(str(body.first())))
            db.session.remove()
        page.fill("[name=code]", code)
        acts.leave(page, "main form[method=post] button.go")

    return act


def test_status(scene: Scene, real_app: Flask) -> None:
    """The family's page in every state, and its papers."""
    camera = scene("status")
    with office(real_app):
        session().execute(update(AdmissionCycle).values(fee=Decimal(200)))
        session().commit()
        plain, review, short = family(1), to(family(2), S.UNDER_REVIEW), to(family(3), S.SHORTLISTED)
        waits, offered = to(family(4), S.WAITLISTED), to(family(5), S.OFFERED)
        accepted, rejected, gone = to(family(6), S.OFFERED), to(family(7), S.REJECTED), family(8)
        accept_offer(nobody("bn"), accepted.id)
        accept_offer(nobody("bn"), to(family(9), S.OFFERED).id)
        declined = to(family(10), S.OFFERED)
        decline_offer(nobody("bn"), declined.id)
        old = issue_slip(nobody("bn"), gone, SlipKind.ACKNOWLEDGEMENT).code
        withdraw_application(nobody("bn"), gone.id)
        refused = refused_paper()
    status_of(camera, "submitted", plain)
    status_of(camera, "under-review", review)
    status_of(camera, "shortlisted", short)
    status_of(camera, "waitlisted", waits)
    status_of(camera, "offered", offered)
    for answer in ("accept", "decline"):
        camera.take(answer, f"/{{lang}}/admissions/status/{offered.reference}/{answer}", "offered")
    status_of(camera, "accepted", accepted)
    status_of(camera, "rejected", rejected)
    status_of(camera, "withdrawn", gone)
    status_of(camera, "declined", declined)
    status_of(camera, "papers-refused", refused)
    camera.take("withdraw", f"/{{lang}}/admissions/status/{plain.reference}/withdraw", "submitted")
    with office(real_app):
        bn = again(offered)
        code = issue_slip(nobody("bn"), bn, SlipKind.OFFER_LETTER).code
    camera.take("check", "/{lang}/check/")
    camera.take("check-good", f"/{{lang}}/check/?code={code}")
    camera.take("check-old", f"/{{lang}}/check/?code={old}")
    camera.take("check-bad", "/{lang}/check/?code=7K3M-Q2RX-W9AB")
    with clock.stopped_at(NOW + timedelta(days=9)):
        with office(real_app):
            move_offers(link_to)
        status_of(camera, "expired", again_in(real_app, offered))


def again_in(app: Flask, application: ApplicationView) -> ApplicationView:
    """As it stands now."""
    with office(app):
        return again(application)


def refused_paper() -> ApplicationView:
    """An application whose certificate the check refused after it was sent."""
    token, mother = (
        draft(papers=False, phone="+8801812345699", birth_registration_no="20146119483104299"),
        nobody("bn"),
    )
    attach_document(mother, token, DocumentKind.BIRTH_CERTIFICATE, pdf(pages=MAX_PAGES + 1), "জন্ম সনদ.pdf")
    attach_document(mother, token, DocumentKind.PHOTO, picture(), "photo.jpg")
    submit_application(mother, token, consent=True, today=TODAY, status_link=link_to)
    check_files()
    found = find_by_token(token)
    assert found is not None
    return found


def test_desk(scene: Scene, real_app: Flask) -> None:
    """The officer's queue, a record with everything on it, many at once, two made one, milestones."""
    camera, farida = scene("desk"), CAST.farida
    camera.take("queue-empty", QUEUE, farida)
    with office(real_app):
        session().execute(update(AdmissionCycle).values(fee=Decimal(200)))
        add_usual_milestones(farida.actor, CAST.cycle)
        rows = [family(number) for number in range(6)]
        second = family(0)
        sibling = family(3, phone=rows[1].phone)
        waits = to(rows[2], S.WAITLISTED)
        rejected = to(rows[4], S.REJECTED)
        refused_paper()
        record = rows[0]
        assign(farida.actor, record.id, CAST.amina.user_id)
        add_note(farida.actor, record.id, "The mother called: the certificate of transfer comes on Tuesday.")
        save_filter(farida.actor, "Mine, papers open", "officer=mine&papers=open")
        families(30)
        order = Order(BulkAct.WAITLISTED, "Every seat is taken.", None)
        chosen = [(each.id, again(each).version) for each in (rows[3], rows[5], rejected)]
        batch = carry_out(farida.actor, order, chosen, link_to)
        note = carry_out(farida.actor, Order(BulkAct.NOTE, "Called.", None), [(rows[3].id, 0)], link_to)
    camera.take("queue", QUEUE, farida)
    camera.take("queue-nothing", f"{QUEUE}?q=nobody+like+this", farida)
    camera.take("queue-filter", f"{QUEUE}?officer=mine&papers=open", farida)
    camera.take("record", f"{QUEUE}{record.id}", farida)
    camera.take("record-waitlisted", f"{QUEUE}{waits.id}", farida)
    camera.take("record-sibling", f"{QUEUE}{sibling.id}", farida)
    camera.take("reject", f"{QUEUE}{record.id}/reject", farida)
    camera.take("merge", f"{QUEUE}{record.id}/merge/{second.id}", farida)
    camera.take("bulk", QUEUE, farida, ask_many(""))
    camera.take("bulk-refused", QUEUE, farida, ask_many(None))
    camera.take("bulk-preview", QUEUE, farida, ask_many("Every seat is taken."))
    camera.take("batch", f"{QUEUE}batches/{batch}", farida)
    camera.take("batch-note", f"{QUEUE}batches/{note}", farida)
    camera.take("keys", f"{QUEUE}keys", farida)
    camera.take("milestones", f"{QUEUE}milestones/{CAST.cycle}", farida)
    camera.take("milestone-new", f"{QUEUE}milestones/{CAST.cycle}/new", farida)
    camera.take("milestone-refused", f"{QUEUE}milestones/{CAST.cycle}/new", farida, send_empty)
    camera.take("not-there", f"{QUEUE}{CAST.campus}", farida)


def ask_many(reason: str | None) -> Callable[[Page, str], None]:
    """Choose to let everybody wait; with a reason see what it will do, with None forget the reason."""

    def act(page: Page, lang: str) -> None:
        form = page.locator("main form[action*=bulk]")
        form.locator("[name=act]").first.select_option("waitlisted")
        for box in form.locator("input[name=row]").all()[:4]:
            box.check()
        acts.leave(page, "main form[action*=bulk] button")
        if reason == "":
            return
        page.locator("main form[action*=bulk] [name=text]").fill(reason or "")
        acts.leave(page, "main form[action*=bulk] button.go")

    return act


def test_seats(scene: Scene, real_app: Flask) -> None:
    """Cycles with classes and quotas; seats and offers from the order to the answers; numbers."""
    camera, farida = scene("seats"), CAST.farida
    cycle = f"/admissions/cycles/{CAST.cycle}"
    camera.take("numbers-empty", f"{cycle}/numbers", farida)
    with office(real_app):
        seat = give_seats_by_time(4)
        session().execute(update(AdmissionCycle).values(fee=Decimal(200)))
        session().commit()
        quota = add_quota(
            farida.actor,
            CAST.cycle,
            QuotaDetails(LocalText("Neighbours", "এলাকার শিশু", "أبناء الحي"), Decimal(40)),
        )
    camera.take("cycles", "/admissions/cycles/", farida)
    camera.take("cycle-new", "/admissions/cycles/new", farida)
    camera.take("cycle", cycle, farida)
    for page in ("edit", "rules", "classes/new", "quotas/new", "copy", "close", "preview", "publish"):
        camera.take(page.replace("/", "-"), f"{cycle}/{page}", farida)
    camera.take("class", f"{cycle}/classes/{seat}/edit", farida)
    camera.take("class-refused", f"{cycle}/classes/{seat}/edit", farida, empty_numbers)
    camera.take("pools-before", f"/admissions/seats/cycles/{CAST.cycle}", farida)
    camera.take("pool-nobody", f"/admissions/seats/{seat}", farida)
    with office(real_app):
        rows = [family(number) for number in range(6)]
        session().execute(update(Application).where(Application.id == rows[1].id).values(quota_ids=[quota]))
        session().commit()
        families(8, submitted_at=NOW + timedelta(hours=1))
    camera.take("order", f"/admissions/seats/{seat}/order", farida)
    with office(real_app):
        publish_by_time(farida.actor, seat, None)
    camera.take("offer", f"/admissions/seats/{seat}/offer", farida)
    with office(real_app):
        offer_all(seat)
        offered = [each for each in rows if again(each).status is S.OFFERED]
        accept_offer(nobody("bn"), offered[0].id)
        decline_offer(nobody("bn"), offered[1].id)
    camera.take("pools", f"/admissions/seats/cycles/{CAST.cycle}", farida)
    camera.take("pool", f"/admissions/seats/{seat}", farida, on_paper=True)
    camera.take("numbers", f"{cycle}/numbers", farida)
    waiting = next(each for each in rows if each not in offered)
    status_of(camera, "waiting", waiting)


def empty_numbers(page: Page, lang: str) -> None:
    """Send a class without its seats."""
    for box in page.locator("main form input[inputmode=numeric]").all():
        box.fill("x")
    send_empty(page, lang)


def test_draws(scene: Scene, real_app: Flask) -> None:
    """A draw at the office and in public, from the list to the places; and a cancelled one."""
    camera, farida = scene("draws"), CAST.farida
    camera.take("public-empty", "/{lang}/draws/")
    camera.take("office-empty", "/admissions/draws/", farida)
    with office(real_app):
        mine = family(1)
        seat = ready_for_a_draw()
        applicants(30)
    camera.take("office", "/admissions/draws/", farida)
    camera.take("fix", f"/admissions/draws/classes/{seat}", farida)
    with office(real_app):
        gone = fix_list(farida.actor, seat, None)
    camera.take("fixed-office", f"/admissions/draws/{gone}", farida)
    camera.take("announce", f"/admissions/draws/{gone}/announce", farida)
    camera.take("announce-refused", f"/admissions/draws/{gone}/announce", farida, send_empty)
    camera.take("fixed-public", f"/{{lang}}/draws/{gone}")
    with office(real_app):
        cancel_draw(
            farida.actor,
            gone,
            1,
            LocalText("A class was forgotten.", "একটি শ্রেণি বাদ পড়েছিল।", "نُسي أحد الصفوف."),
            page_of,
        )
        draw = announced(seat)
    camera.take("cancelled-public", f"/{{lang}}/draws/{gone}", "another")
    camera.take("cancelled-office", f"/admissions/draws/{gone}", farida)
    camera.take("announced-public", f"/{{lang}}/draws/{draw}")
    camera.take("announced-office", f"/admissions/draws/{draw}", farida)
    camera.take("cancel", f"/admissions/draws/{draw}/cancel", farida)
    status_of(camera, "status-before", mine)
    with clock.stopped_at(datetime.fromisoformat("2026-12-06T11:00:00+00:00")):
        camera.take("hold", f"/admissions/draws/{draw}/hold", CAST.amina)
        with office(real_app):
            draw_now(draw)
        camera.take("drawn-office", f"/admissions/draws/{draw}", CAST.amina)
        camera.take("drawn-public", f"/{{lang}}/draws/{draw}?ticket=7")
        camera.take("drawn-no-ticket", f"/{{lang}}/draws/{draw}?ticket=700")
        camera.take("public", "/{lang}/draws/")
        status_of(camera, "status-after", mine)


def test_scores(scene: Scene, real_app: Flask) -> None:
    """A test and a viva: set up, seated, marked, ranked."""
    camera, farida, bashir = scene("scores"), CAST.farida, CAST.bashir
    scores = f"/admissions/cycles/{CAST.cycle}/classes"
    with office(real_app):
        session().execute(update(AdmissionCycle).values(method=Method.MERIT))
        seat = seat_of(CAST.class_7)
    scores = f"{scores}/{seat}/scores"
    camera.take("empty", scores, farida)
    camera.take("part-new", f"{scores}/parts/new", farida)
    camera.take("mine-empty", "/admissions/scores/", bashir)
    with office(real_app):
        rows = [family(number) for number in range(6)]
        session().commit()
        test, viva = part(TEST), part(VIVA, markers=(bashir.user_id, CAST.amina.user_id))
        slot = add_slot(farida.actor, test, HALL)
    camera.take("slots-before", f"/admissions/score-parts/{test}/slots", farida)
    with office(real_app):
        give_seats(farida.actor, test, link_to)
        marks: dict[UUID, str | None] = {each.id: str(60 - number * 7) for number, each in enumerate(rows)}
        give(farida.actor, test, marks)
        for marker, shift in ((bashir, 0), (CAST.amina, 1)):
            viva_marks: dict[UUID, str | None] = {
                each.id: str(18 - number - shift) for number, each in enumerate(rows[:5])
            }
            give(marker.actor, viva, viva_marks)
    camera.take("overview", scores, farida)
    camera.take("ties", f"{scores}/ties", farida)
    camera.take("part", f"/admissions/score-parts/{viva}/edit", farida)
    camera.take("markers", f"/admissions/score-parts/{viva}/people", farida)
    camera.take("mine", "/admissions/scores/", bashir)
    camera.take("sheet", f"/admissions/scores/parts/{viva}/marks", bashir)
    camera.take("sheet-office", f"/admissions/scores/parts/{test}/marks", farida)
    camera.take("slots", f"/admissions/score-parts/{test}/slots", farida)
    camera.take("slot", f"/admissions/score-parts/{test}/slots/{slot}", farida, on_paper=True)
    camera.take("slot-new", f"/admissions/score-parts/{test}/slots/new", farida)
    camera.take("import", f"/admissions/score-parts/{test}/import", farida)
    camera.take("merit", f"{scores}/merit", farida, on_paper=True)
    camera.take("record", f"{QUEUE}{rows[0].id}", farida)
    status_of(camera, "status", rows[0])
    with office(real_app):
        publish_merit(farida.actor, seat, None)
    camera.take("merit-published", f"{scores}/merit", farida)


def test_entry(scene: Scene, real_app: Flask) -> None:
    """Fees and the way into a section, with what is missing and what is in the way."""
    camera, farida = scene("entry"), CAST.farida
    with office(real_app):
        session().execute(update(AdmissionCycle).values(fee=Decimal(200)))
        session().commit()
        child = to(family(0, phone=CAST.dalia.phone, email="new@family.example"), S.OFFERED)
        stopped = to(family(1, phone=CAST.rafi.phone), S.OFFERED)
        other = to(family(2), S.OFFERED)
        paid, slip, waived = family(3), family(4), family(5)
    camera.take("enrol", f"{QUEUE}{child.id}/enrol", farida)
    camera.take("enrol-stopped", f"{QUEUE}{stopped.id}/enrol", farida)
    camera.take("enrol-check", f"{QUEUE}{child.id}/enrol", farida, look_first)
    several = f"/admissions/cycles/{CAST.cycle}/classes/{CAST.class_7}/enrol"
    camera.take("several", several, farida)
    camera.take("fee", f"/admissions/fees/{paid.id}", farida)
    camera.take("fee-refused", f"/admissions/fees/{paid.id}", farida, send_empty)
    camera.take("day-empty", "/admissions/fees/", CAST.chandra)
    with office(real_app):
        fee = record_fee(farida.actor, paid.id, FeeMethod.CASH, number="1")
        record_fee(farida.actor, slip.id, FeeMethod.BANK_SLIP, number="7781", slip=(picture(), "slip.jpg"))
        record_fee(farida.actor, waived.id, FeeMethod.WAIVER, reason="Child of a caretaker of the school.")
    camera.take("fee-recorded", f"/admissions/fees/{slip.id}", farida)
    camera.take("day", "/admissions/fees/", CAST.chandra, on_paper=True)
    with office(real_app):
        confirm_fee(CAST.chandra.actor, fee)
    camera.take("fee-confirmed", f"/admissions/fees/{paid.id}", CAST.chandra)
    camera.take("fee-cancel", f"/admissions/fees/payments/{fee}/cancel", CAST.chandra)
    camera.take("day-after", "/admissions/fees/", CAST.chandra)
    camera.take("several-done", several, farida, enrol_all, languages=("en",))
    camera.take("record-enrolled", f"{QUEUE}{other.id}", farida)
    camera.take("undo", f"{QUEUE}{other.id}/undo", farida)
    status_of(camera, "status-enrolled", again_in(real_app, other))


def look_first(page: Page, _: str) -> None:
    """Choose a section and see what will be written."""
    page.check(f"[name=section][value='{CAST.section_7a}']")
    acts.leave(page, "main form button.go")


def enrol_all(page: Page, lang: str) -> None:
    """Tick everybody and enrol them."""
    for box in page.locator("input[name=pick]").all():
        box.check()
    send_empty(page, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_slips(real_app: Flask, lang: str) -> None:
    """The three slips as they come out of a printer."""
    place = LocalText("Hall 2, second floor", "হল ২, দোতলা", "القاعة 2، الطابق الثاني")
    seating = Seating(datetime.fromisoformat("2026-12-04T04:00:00+00:00"), place, "B-14")
    given = Given(seating, Offered(date(2026, 11, 29)))
    with office(real_app):
        application = to(family(1, locale=lang), S.UNDER_REVIEW, S.OFFERED)
        submitted = family(2, locale=lang)
        slips = {
            SlipKind.ACKNOWLEDGEMENT: (submitted, Given()),
            SlipKind.ADMIT_CARD: (to(family(3, locale=lang), S.UNDER_REVIEW), Given(seating)),
            SlipKind.OFFER_LETTER: (application, given),
        }
        for number, (kind, (whose, facts)) in enumerate(slips.items(), start=1):
            slip = issue_slip(nobody(lang), whose, kind, facts)
            with real_app.test_request_context(), force_locale(lang):
                data = slip_data(whose, slip, lang, facts)
            picture_of_paper = typst.compile(
                str(TEMPLATES / "slip.typ"),
                root=str(TEMPLATES),
                font_paths=FONTS,
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(data)},
                format="png",
                ppi=110,
            )
            name = f"slips-{number:02}-{kind}.{lang}-paper.png"
            (Path(os.environ["SA_PICTURES"]) / name).write_bytes(picture_of_paper)


def test_builder(scene: Scene, real_app: Flask) -> None:
    """The form as data, its own questions and conditions, and the texts of messages."""
    camera, farida = scene("builder"), CAST.farida
    here = f"/admissions/cycles/{CAST.cycle}/form"
    camera.take("overview", here, farida)
    camera.take("page-new", f"{here}/pages/new", farida)
    camera.take("page-refused", f"{here}/pages/new", farida, send_empty)
    with office(real_app):
        page = own_questions()
    camera.take("overview-own", here, farida)
    camera.take("preview", f"/{{lang}}/admissions/cycles/{CAST.cycle}/form/{page}", farida)
    camera.take("preview-child", f"/{{lang}}/admissions/cycles/{CAST.cycle}/form/child", farida)
    camera.take("field-new", f"{here}/pages/child/fields/new", farida)
    camera.take("field-own", f"{here}/fields/which", farida)
    camera.take("field-core", f"{here}/fields/email", farida)
    camera.take("condition", f"{here}/fields/which/condition", farida)
    camera.take("condition-on", f"{here}/fields/which/condition?on=sibling", farida)
    camera.take("publish", f"{here}/publish", farida)
    camera.take("discard", f"{here}/discard", farida)
    camera.take("drop", f"{here}/fields/which/remove", farida)
    camera.take("messages", "/admissions/messages/", CAST.amina)
    for channel in ("mail", "sms"):
        message = f"/admissions/messages/{CAST.campus}/application.offered/{channel}/{{lang}}"
        camera.take(f"message-{channel}", message, CAST.amina)
    camera.take(
        "reset", f"/admissions/messages/{CAST.campus}/application.offered/sms/{{lang}}/reset", CAST.amina
    )


def own_questions() -> str:
    """A page of the school's own: a question, one that depends on it, one of the office. Returns the page's key."""
    questions = (
        FormField(
            "sibling",
            FieldKind.YES_NO,
            LocalText(
                "Does a sister or brother study here?", "ভাই বা বোন কি এখানে পড়ে?", "هل يدرس له أخ أو أخت هنا؟"
            ),
            required=True,
        ),
        FormField(
            "which",
            FieldKind.LINE,
            LocalText("In which class?", "কোন শ্রেণিতে?", "في أي صف؟"),
            LocalText("If several, the oldest one's.", "একাধিক হলে বড়জনের।", "إن كانوا عدة فصف الأكبر."),
            condition=Condition("sibling", ("yes",)),
        ),
        FormField("seen", FieldKind.NUMBER, LocalText("Seen by", "দেখেছেন", "اطلع عليه"), office_only=True),
    )

    def built(form: FormDefinition) -> FormDefinition:
        form = add_page(form, LocalText("More about the family", "পরিবার সম্পর্কে আরও", "المزيد عن الأسرة"))
        for question in questions:
            form = add_field(form, form.pages[-1].key, question)
        return form

    actor = CAST.farida.actor
    change_form(actor, CAST.cycle, get_form(actor, CAST.cycle).version, built)
    form = get_form(actor, CAST.cycle).draft
    assert form is not None
    return form.pages[-1].key
