"""The board keeps itself up to date while somebody looks at it, and asks nothing while nobody does."""

from __future__ import annotations

from flask import Flask

from ops.browse.chromium import LAPTOP, PHONE
from tests.browser.conftest import SCHOOL_DAY, Visit
from tests.domain.attendance.test_months import register
from tests.support.cast import CAST

BOARD = "/attendance/board/"
_ASK = "htmx.trigger(document.querySelector('#board > a[hx-get]'), 'every')"
_HIDE = "Object.defineProperty(document, 'hidden', {{configurable: true, get: () => {}}})"


def test_the_board_changes_by_itself_and_rests_in_a_hidden_tab(real_app: Flask, visit: Visit) -> None:
    office = visit(LAPTOP)
    office.enter(real_app, CAST.amina)
    office.open(BOARD)
    office.see("0 of 2 registers are taken")
    with office.page.expect_response("**/board/live**") as same:
        office.page.evaluate(_ASK)
    assert same.value.status == 204
    with real_app.app_context():
        register(SCHOOL_DAY.date())
    asked: list[str] = []
    office.page.on("request", lambda request: asked.append(request.url))
    office.page.evaluate(_HIDE.format("true"))
    office.page.evaluate(_ASK)
    office.page.evaluate(_HIDE.format("false"))
    assert asked == []
    office.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    office.see("1 of 2 registers are taken")
    assert len(asked) == 1


def test_without_script_the_board_has_a_link_and_the_reminder_a_button(real_app: Flask, visit: Visit) -> None:
    office = visit(PHONE, has_script=False)
    office.enter(real_app, CAST.amina, "bn")
    office.open(BOARD)
    office.press("#remind-all button")
    office.speaks("bn")
    office.fits()
    office.press("main a[href^='/attendance/board/']:has(svg)")
    assert office.path.startswith(BOARD)
