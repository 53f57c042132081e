"""The whole journey: a mother applies, an officer decides, a teacher marks, and the mother sees it at home.

Once in each language of the family, once without script. Staff read English, as ours do.
"""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.domain.outbox.services import sweep
from ops.browse import acts
from ops.browse.acts import Family
from ops.browse.chromium import LAPTOP, PHONE, TABLET
from tests.browser.conftest import Visit
from tests.support.cast import CAST, PASSWORD, Member
from tests.support.visitor import Visitor

PASSWORD_AT_HOME = "jaam-gachh-52"
FAMILIES = {
    "bn": Family(
        "তানভীর ইসলাম", "Tanvir Islam", "নাসরিন ইসলাম", "০১৭১২-৩৪৫৬৭৮", "nasrin@family.example", wanted=2
    ),
    "ar": Family("ইউসুফ রহমান", "Yusuf Rahman", "مريم الرحمن", "01812345679", child_ar="يوسف الرحمن", wanted=2),
    "en": Family(
        "আরিফ হোসেন", "Arif Hossain", "Salma Hossain", "+8801912345670", "salma@family.example", wanted=2
    ),
}
PHONES = {"bn": "০১৭১২৩৪৫৬৭৮", "ar": "01812345679", "en": "01912345670"}
"""The numbers as the families write them when they sign in."""


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "has_script"),
    [("bn", True), ("ar", True), ("en", True), ("bn", False)],
    ids=["bangla", "arabic", "english", "bangla-without-script"],
)
def test_a_child_gets_in_and_is_seen_at_home(
    visit: Visit, real_app: Flask, lang: str, has_script: bool
) -> None:
    family = FAMILIES[lang]
    mother = visit(PHONE, has_script=has_script)
    reference = mother_applies(mother, lang, family)
    mother_asks_how_far_it_is(visit(PHONE, has_script=has_script), lang, family, reference)
    officer = visit(LAPTOP, has_script=has_script)
    officer_enrols(officer, family, reference)
    teacher_finds_one_absent(visit(TABLET, has_script=has_script), family)
    link = invitation_in(letters(real_app), family) if family.email else handed_over_link(officer, family)
    mother_opens_her_account(mother, lang, family, link)
    mother_sees_her_child(mother, lang, family)
    nobody_else_does(mother)


def enter(visitor: Visitor, member: Member) -> None:
    """A member of the cast signs in."""
    acts.sign_in(visitor.page, visitor.url, member.email or "", PASSWORD)


def mother_applies(mother: Visitor, lang: str, family: Family) -> str:
    """Four pages, two papers, one look at all of it, and a reference with a check digit."""
    page = mother.page
    acts.begin_application(page, mother.url, lang)
    for fill in (acts.fill_child, acts.fill_guardian, acts.fill_address):
        mother.speaks(lang)
        mother.fits()
        fill(page, family)
        acts.go_on(page)
    acts.choose_papers(page)
    acts.go_on(page)
    mother.see(family.child_en)
    mother.see("birth-certificate.pdf")
    mother.fits()
    page.check("[name=consent]")
    acts.go_on(page)
    mother.see(family.child_ar if lang == "ar" else family.child_bn if lang == "bn" else family.child_en)
    reference = mother.path.rsplit("/", 1)[-1]
    assert re.fullmatch(r"SA\d\d-\d{5}-\d", reference), reference
    mother.see(reference)
    return reference


def mother_asks_how_far_it_is(mother: Visitor, lang: str, family: Family, reference: str) -> None:
    """On another phone, with nothing but the reference and the number."""
    mother.open(f"/{lang}/admissions/status")
    mother.page.fill("[name=reference]", reference.lower().replace("-", " "))
    mother.page.fill("[name=phone]", family.phone)
    acts.leave(mother.page, "main form[method=post] button.go")
    mother.see(reference)


def officer_enrols(officer: Visitor, family: Family, reference: str) -> None:
    """Farida finds the application by the child's name, reviews, approves, and seats the child in 7A."""
    page = officer.page
    enter(officer, CAST.farida)
    officer.open("/admissions/applications/")
    page.fill("#q", family.child_en)
    page.press("#q", "Enter")
    queue = page.locator(".queue a", has_text=reference)
    expect(queue).to_be_visible()
    with page.expect_navigation():
        queue.click()
    officer.see(family.child_en, "article")
    acts.leave(page, ".dock button[value=under_review]")
    officer.see("Under review", "article")
    page.fill("#reason", "A seat is free and the papers are in order")
    acts.leave(page, ".dock button[value=offered]")
    officer.see("Approved", "article")
    acts.leave(page, ".dock a.btn.go")
    page.check(f"[name=section][value='{CAST.section_7a}']")
    acts.leave(page, "main form button.go")
    officer.see(family.guardian)
    acts.leave(page, "main form[method=post] button.go")
    expect(page.locator(".toast").first).to_contain_text("roll number 3")


def teacher_finds_one_absent(teacher: Visitor, family: Family) -> None:
    """Bashir opens today's register, taps the one who is not there, and finishes."""
    page = teacher.page
    enter(teacher, CAST.bashir)
    teacher.open("/attendance/registers/")
    acts.leave(page, "main .card .btn.go")
    expect(page.locator(".pupil")).to_have_count(3)
    expect(page.locator(".pupil", has_text=family.child_en)).to_be_visible()
    expect(page.locator(".pupil input[value=present]:checked")).to_have_count(3)
    acts.mark(page, 2, "absent")
    if teacher.has_script:
        expect(page.locator("[data-count=absent]").last).to_have_text("1")
    page.locator(".dock button.go").click()
    teacher.see("Register finished." if teacher.has_script else "Bashir Uddin")
    expect(page.locator(".pupil").nth(1).locator("input[value=absent]")).to_be_checked()
    expect(page.locator(".pupil input[value=present]:checked")).to_have_count(2)


def letters(app: Flask) -> list[tuple[str, str]]:
    """Everything that is in the outbox by now, as (recipient, text)."""
    with app.app_context():
        sweep()
    folder: Path = app.config["SETTINGS"].sa_var / "outbox"
    parser = BytesParser(policy=policy.default)
    found = [parser.parsebytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
    return [(str(letter["To"]), letter.get_content()) for letter in found]


def invitation_in(post: list[tuple[str, str]], family: Family) -> str:
    """The one-time link in the mother's letters."""
    text = "\n".join(body for to, body in post if to == family.email)
    (link,) = re.findall(r"https?://\S+/password/\S+", text)
    return urlsplit(link).path


def handed_over_link(officer: Visitor, family: Family) -> str:
    """Without a mail address the office makes a link on the guardian's page and hands it over."""
    officer.open("/guardians/")
    officer.page.fill("[type=search]", family.guardian)
    officer.page.press("[type=search]", "Enter")
    acts.leave(officer.page, f"main a:has-text('{family.guardian}')")
    acts.leave(officer.page, "form[action$='/invite'] button")
    link = officer.page.locator("#link").text_content() or ""
    return urlsplit(link).path


def mother_opens_her_account(mother: Visitor, lang: str, family: Family, link: str) -> None:
    """She chooses a password by the link, which works once, and signs in with her number."""
    mother.open(link)
    mother.speaks(lang)
    mother.page.fill("[name=password]", PASSWORD_AT_HOME)
    acts.leave(mother.page, "main form[method=post] button.go")
    acts.sign_in(mother.page, mother.url, PHONES[lang], PASSWORD_AT_HOME, lang=lang)
    mother.open(link, status=404)


def mother_sees_her_child(mother: Visitor, lang: str, family: Family) -> None:
    """Present today, in her own words."""
    mother.open("/family/")
    mother.speaks(lang)
    mother.fits()
    name = {"bn": family.child_bn, "ar": family.child_ar, "en": family.child_en}[lang]
    card = mother.page.locator("main article", has_text=name)
    expect(card).to_have_count(1)
    expect(card.locator(".tag.ok")).to_be_visible()
    acts.leave(mother.page, "main article a.btn.go")
    mother.see(name)
    mother.fits()


def nobody_else_does(mother: Visitor) -> None:
    """Another family's child does not exist for her."""
    mother.open(f"/family/{CAST.tasnim_student}/", status=404)
    mother.open(f"/family/{CAST.tasnim_student}/record/", status=404)
