"""What people do with their hands: keys only, the Back button, one press too many."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Page, expect

from ops.browse import acts
from ops.browse.chromium import LAPTOP, PHONE, TABLET
from tests.browser.conftest import Visit
from tests.support.cast import CAST, PASSWORD
from tests.support.pupils import fill_section

REGISTER = f"/attendance/registers/{CAST.section_7a}/"

_RING = """() => {
    const here = document.activeElement;
    if (!here || here === document.body) return "nothing has the focus";
    const drawn = (e, which) => {
        const style = getComputedStyle(e, which);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    };
    // A register's radio is drawn by its label.
    const shown = [here, ...(here.labels || []), here.closest("label")].filter(Boolean);
    if (!shown.some((e) => drawn(e))) return "no ring: " + here.outerHTML.slice(0, 120);
    const box = shown[shown.length - 1].getBoundingClientRect();
    const dock = document.querySelector(".dock");
    const under = dock && !dock.contains(here) && box.top >= dock.getBoundingClientRect().top;
    return under ? "under the dock: " + here.outerHTML.slice(0, 120) : "";
}"""


def tab_to(page: Page, selector: str, *, most: int = 60) -> None:
    """Press Tab until the element has the focus, and see the ring at every stop."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert not (fault := page.evaluate(_RING)), fault
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} is not reached in {most} steps")


def test_a_register_is_taken_with_keys_alone(visit: Visit) -> None:
    teacher = visit(LAPTOP)
    page = teacher.page
    teacher.open("/en/sign-in")
    tab_to(page, "[name=identifier]")
    page.keyboard.type(CAST.bashir.email or "")
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    teacher.open(REGISTER)
    tab_to(page, ".pupil:nth-child(1) input")
    tab_to(page, ".pupil:nth-child(2) input")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pupil:nth-child(2) input[value=absent]")).to_be_checked()
    assert not (fault := page.evaluate(_RING)), fault
    tab_to(page, ".dock button.go")
    page.keyboard.press("Enter")
    teacher.see("Register finished.")
    expect(page.locator(".pupil:nth-child(2) input[value=absent]")).to_be_checked()


def test_the_first_tab_offers_to_skip_to_the_content(visit: Visit) -> None:
    visitor = visit(LAPTOP)
    visitor.open("/en/sign-in")
    visitor.page.keyboard.press("Tab")
    skip = visitor.page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.closest('main') !== null")


def test_back_after_signing_out_shows_nothing_of_the_portal(visit: Visit) -> None:
    mother = visit(PHONE)
    page = mother.page
    acts.sign_in(page, mother.url, "01711000001", PASSWORD, lang="bn")
    mother.open("/family/")
    mother.see(CAST.rafi.name_bn)
    page.locator("header details.menu summary").click()
    acts.leave(page, "form[action$='/sign-out'] button")
    for _ in range(3):
        page.go_back()
        expect(page.locator("body")).not_to_contain_text(CAST.rafi.name_bn)


def test_a_refused_form_puts_the_focus_on_what_to_mend(visit: Visit) -> None:
    visitor = visit(PHONE)
    page = visitor.page
    visitor.open("/en/sign-in")
    page.fill("[name=identifier]", "01711000001")
    page.fill("[name=password]", "not the password")
    page.locator("main form[method=post] button.go").click()
    summary = page.locator("[data-errors]")
    expect(summary).to_be_focused()
    expect(page.locator("[name=identifier]")).to_have_value("01711000001")
    visitor.is_accessible()


def test_a_double_press_takes_the_register_once(visit: Visit, real_app: Flask) -> None:
    with real_app.app_context():
        fill_section(28)
    teacher = visit(TABLET)
    teacher.enter(real_app, CAST.bashir)
    teacher.open(REGISTER)
    acts.mark(teacher.page, 5, "absent")
    teacher.page.locator(".dock button.go").dblclick()
    expect(teacher.page.locator("[data-taken]")).to_be_visible()
    teacher.open(REGISTER)
    teacher.see("Taken")
    expect(teacher.page.locator(".pupil input[value=absent]:checked")).to_have_count(1)
    expect(teacher.page.locator("main")).not_to_contain_text("corrected")


def test_leaving_an_unsaved_correction_asks_first(visit: Visit, real_app: Flask) -> None:
    teacher = visit(TABLET)
    teacher.enter(real_app, CAST.bashir)
    teacher.open(f"{REGISTER}2026-11-19/")
    acts.mark(teacher.page, 2, "late")
    asked: list[str] = []
    teacher.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    teacher.page.locator("a.brand").click()
    expect(teacher.page.locator(".pupil input[value=late]:checked")).to_have_count(1)
    assert asked == ["beforeunload"]
