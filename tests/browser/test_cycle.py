"""A whole intake: two families apply for one seat, the first lets it go, the next gets it by itself and comes in.

Once in Bangla, with a line that is cut in the middle of an upload, and once in Arabic without script. The office
reads English.
"""

from __future__ import annotations

import io
import os
from urllib.parse import urlsplit

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from app.domain.admissions.models import AdmissionCycle, AdmissionSeat
from app.domain.admissions.offers.services import move_offers
from app.domain.admissions.slips.models import AdmissionSlip
from app.domain.admissions.types import ApplicationView, Method
from app.extensions import db
from ops.browse import acts
from ops.browse.acts import Family
from ops.browse.chromium import LAPTOP, PHONE
from tests.browser.conftest import Visit
from tests.browser.test_journey import enter
from tests.support.applications import link_to, seat_of, sent
from tests.support.badline import bad_line
from tests.support.cast import CAST
from tests.support.visitor import Visitor

FAMILIES = {
    "bn": Family("সাদিয়া রহমান", "Sadia Rahman", "রোকসানা রহমান", "01912345688", wanted=2),
    "ar": Family("হামযা আলী", "Hamza Ali", "فاطمة علي", "01912345689", child_ar="حمزة علي", wanted=2),
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "has_script"), [("bn", True), ("ar", False)], ids=["bangla-cut-line", "arabic-without-script"]
)
def test_a_seat_that_is_let_go_comes_to_the_next(
    visit: Visit, browser: Browser, real_app: Flask, lang: str, has_script: bool
) -> None:
    first, family = one_seat_and_a_first_family(real_app, lang), FAMILIES[lang]
    mother = visit(PHONE, has_script=has_script)
    reference = mother_applies(mother, browser, lang, family)
    officer = visit(LAPTOP, has_script=has_script)
    enter(officer, CAST.farida)
    officer_offers_the_seat(officer, first, waits=reference)
    father_declines(visit(PHONE, has_script=has_script), lang, first)
    with real_app.app_context():
        assert move_offers(link_to).offered == 1
        db.session.remove()
    mother_accepts(mother, lang, reference)
    letter_can_be_checked(mother, visit(PHONE, has_script=has_script), real_app, lang, reference)
    officer_enrols(officer, family, reference)
    mother.open(f"/{lang}/admissions/status/{reference}")
    mother.see(family.child_ar if lang == "ar" else family.child_bn)
    expect(mother.page.locator("main a[href$='/sign-in']").first).to_be_visible()


def one_seat_and_a_first_family(app: Flask, lang: str) -> ApplicationView:
    """Class 7 has one seat, given in the order of sending; somebody else was quicker."""
    with app.app_context():
        db.session.execute(
            update(AdmissionCycle).where(AdmissionCycle.id == CAST.cycle).values(method=Method.FIRST_COME)
        )
        db.session.execute(
            update(AdmissionSeat).where(AdmissionSeat.id == seat_of(CAST.class_7)).values(seats=1)
        )
        db.session.commit()
        first = sent(locale=lang, phone="+8801812345690")
        db.session.remove()
    return first


def mother_applies(mother: Visitor, browser: Browser, lang: str, family: Family) -> str:
    """The form on her phone; with script the papers travel over a line that is cut again and again."""
    page = mother.page
    acts.begin_application(page, mother.url, lang)
    for fill in (acts.fill_child, acts.fill_guardian, acts.fill_address):
        mother.fits()
        fill(page, family)
        acts.go_on(page)
    if mother.has_script:
        send_certificate_over_a_bad_line(mother, browser)
        mother.page.reload()
        page.set_input_files(
            "[name=photo]", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": acts.portrait_jpeg()}
        )
        expect(page.locator("#state-photo")).to_contain_text("photo.jpg")
    else:
        acts.choose_papers(page)
    acts.go_on(page)
    page.check("[name=consent]")
    acts.go_on(page)
    mother.fits()
    return mother.path.rsplit("/", 1)[-1]


def send_certificate_over_a_bad_line(mother: Visitor, browser: Browser) -> None:
    """On the same page of the form, by the private link; what was cut goes on where it was."""
    noise, out = Image.frombytes("RGB", (700, 500), os.urandom(700 * 500 * 3)), io.BytesIO()
    noise.save(out, "PDF")
    with bad_line(urlsplit(mother.url).port or 0) as line:
        context = browser.new_context(base_url=f"http://127.0.0.1:{line.port}", **PHONE.options())
        page = context.new_page()
        page.goto(mother.path)
        sent_file = {"name": "জন্ম সনদ.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}
        page.set_input_files("[name=birth_certificate]", sent_file)
        expect(page.locator("#state-birth_certificate")).to_contain_text("জন্ম সনদ.pdf", timeout=60_000)
        context.close()
        assert line.drops >= 1, f"{len(out.getvalue())} bytes went through at once"


def officer_offers_the_seat(officer: Visitor, first: ApplicationView, *, waits: str) -> None:
    """From the cycle to its seats: publish the order, look at who gets what, and offer."""
    page = officer.page
    officer.open(f"/admissions/cycles/{CAST.cycle}")
    acts.leave(page, "main a:has-text('Seats and offers')")
    acts.leave(page, "main table a:has-text('Seven')")
    pool = officer.path
    officer.open(f"{pool}/order")
    acts.leave(page, "main form[method=post] button.go")
    officer.see(waits)
    acts.leave(page, "main a[href$='/offer']")
    officer.see(first.reference or "")
    acts.leave(page, "main form[method=post] button.go")
    officer.see(waits)
    assert officer.path == pool
    officer.fits()


def father_declines(father: Visitor, lang: str, first: ApplicationView) -> None:
    """With reference and phone, after being asked once more."""
    show(father, lang, first.reference or "", first.phone or "")
    answer(father, "decline", lang, first.reference or "")
    father.fits()


def mother_accepts(mother: Visitor, lang: str, reference: str) -> None:
    """The seat has come to her by itself; she reads until when it is held."""
    mother.open(f"/{lang}/admissions/status/{reference}")
    mother.fits()
    if mother.has_script:
        mother.is_accessible()
    answer(mother, "accept", lang, reference)
    expect(mother.page.locator("main a[href$='/accept']")).to_have_count(0)


def show(visitor: Visitor, lang: str, reference: str, phone: str) -> None:
    """Show that an application is one's own."""
    visitor.open(f"/{lang}/admissions/status?reference={reference}")
    visitor.page.fill("[name=phone]", phone)
    acts.leave(visitor.page, "main form[method=post] button.go")


def answer(visitor: Visitor, act: str, lang: str, reference: str) -> None:
    """Answer an offer on its own page, as a phone without script shows it."""
    visitor.open(f"/{lang}/admissions/status/{reference}/{act}")
    acts.leave(visitor.page, "main form[method=post] button")


def letter_can_be_checked(mother: Visitor, anybody: Visitor, app: Flask, lang: str, reference: str) -> None:
    """She keeps the offer letter as PDF; whoever gets it from her finds that it is the school's."""
    with mother.page.expect_download() as download:
        mother.page.locator("button[name=kind][value=offer_letter]").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    with app.app_context():
        code = db.session.scalars(select(AdmissionSlip.code)).one()
        db.session.remove()
    anybody.open(f"/{lang}/check/")
    anybody.page.fill("[name=code]", code.lower())
    acts.leave(anybody.page, "main form button.go")
    anybody.see(reference.partition("-")[2])
    expect(anybody.page.locator("main .note.ok")).to_be_visible()
    anybody.fits()


def officer_enrols(officer: Visitor, family: Family, reference: str) -> None:
    """From the queue to the section; what is missing stands there before anything is written."""
    page = officer.page
    officer.open("/admissions/applications/")
    page.fill("#q", reference)
    page.press("#q", "Enter")
    with page.expect_navigation():
        page.locator(".queue a", has_text=reference).click()
    acts.leave(page, ".dock a.btn.go")
    page.check(f"[name=section][value='{CAST.section_7a}']")
    acts.leave(page, "main form button.go")
    officer.see(family.guardian)
    acts.leave(page, "main form[method=post] button.go")
    expect(page.locator(".toast").first).to_contain_text("roll number 3")
