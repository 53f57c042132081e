"""Sending a form more often than meant: a double click, Back and once more."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.domain.cms.models import Notice
from app.extensions import db
from app.uow import session
from ops.browse.chromium import LAPTOP
from tests.browser.conftest import Visit
from tests.support.cast import CAST

SAVE = "button[name=act][value=save]"


def notices(app: Flask) -> int:
    with app.app_context():
        found = session().scalar(select(func.count()).select_from(Notice)) or 0
        db.session.remove()
    return found


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_a_double_click_and_back_and_once_more_are_one_notice(
    visit: Visit, real_app: Flask, has_script: bool
) -> None:
    before = notices(real_app)
    editor = visit(LAPTOP, has_script=has_script)
    editor.enter(real_app, CAST.ishrat)
    page = editor.page
    editor.open("/site/notices/")
    editor.open("/site/notices/new")
    page.fill("[name=title_en]", "Sports day")
    page.fill("[name=content_en]", "Everybody comes.")
    page.locator(SAVE).dblclick()
    expect(page).to_have_url(re.compile(r"/site/notices/[0-9a-f-]{36}$"))
    made = page.url
    assert notices(real_app) == before + 1
    page.go_back()
    while not page.url.endswith("/new"):
        page.go_back()
    expect(page.locator("[name=title_en]")).to_have_value("Sports day")
    page.locator(SAVE).click()
    expect(page).to_have_url(made)
    assert notices(real_app) == before + 1
    editor.open("/site/notices/new")
    page.fill("[name=title_en]", "Sports day")
    page.fill("[name=content_en]", "Everybody comes.")
    page.locator(SAVE).click()
    expect(page).to_have_url(re.compile(r"/site/notices/[0-9a-f-]{36}$"))
    assert page.url != made, "who comes anew and means a second one gets one"
    assert notices(real_app) == before + 2
