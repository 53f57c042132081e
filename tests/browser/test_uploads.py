"""Sending papers over a line that drops, and from a camera that makes large pictures."""

from __future__ import annotations

import io
import os
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, expect

from app.domain.admissions.queries import find_by_token, list_documents
from app.domain.admissions.types import DocumentKind
from app.domain.files.services import sweep as check_files
from app.extensions import db
from ops.browse.chromium import PHONE
from tests.browser.conftest import Visit
from tests.domain.files.test_pieces import five_megabytes
from tests.support.applications import draft
from tests.support.badline import bad_line


def begun(app: Flask) -> str:
    """The private token of a draft without papers."""
    with app.app_context():
        return draft(papers=False)


def size_of(app: Flask, token: str, kind: DocumentKind) -> int:
    with app.app_context():
        found = find_by_token(token)
        assert found is not None
        size = list_documents(found.id)[kind].file.file_size
        db.session.remove()
        return size


def chosen(name: str, kind: str, data: bytes) -> Any:
    return {"name": name, "mimeType": kind, "buffer": data}


@pytest.mark.long
def test_five_megabytes_arrive_over_a_line_that_drops_every_200_kilobytes(
    browser: Browser, served: str, real_app: Flask
) -> None:
    token, data = begun(real_app), five_megabytes()
    with bad_line(urlsplit(served).port or 0) as line:
        context = browser.new_context(base_url=f"http://127.0.0.1:{line.port}", **PHONE.options())
        page = context.new_page()
        page.goto(f"/bn/apply/{token}/documents")
        page.set_input_files("[name=birth_certificate]", chosen("জন্ম সনদ.pdf", "application/pdf", data))
        expect(page.locator("#state-birth_certificate")).to_contain_text("জন্ম সনদ.pdf", timeout=90_000)
        expect(page.locator("#told-birth_certificate")).to_be_empty()
        context.close()
        assert line.drops >= 20
        assert len(data) <= line.sent < 2 * len(data), "it never began again"
    assert size_of(real_app, token, DocumentKind.BIRTH_CERTIFICATE) == len(data)


def test_a_photograph_is_made_smaller_first_and_shown_once_it_is_checked(
    visit: Visit, real_app: Flask
) -> None:
    token = begun(real_app)
    out = io.BytesIO()
    Image.frombytes("RGB", (375, 500), os.urandom(375 * 500 * 3)).resize((3000, 4000)).save(
        out, "JPEG", quality=95
    )
    mother = visit(PHONE)
    mother.open(f"/bn/apply/{token}/documents")
    mother.page.set_input_files("[name=photo]", chosen("ছবি.jpg", "image/jpeg", out.getvalue()))
    card = mother.page.locator("#state-photo")
    expect(card).to_contain_text("ছবি.jpg")
    expect(card.locator("a[hx-get]")).to_be_visible()
    mother.is_accessible()
    mother.fits()
    sent = size_of(real_app, token, DocumentKind.PHOTO)
    assert sent < len(out.getvalue()) / 2
    with real_app.app_context():
        assert check_files() == 1
        db.session.remove()
    expect(card.locator("a[href$='/documents/photo']")).to_be_visible()
    expect(card.locator("a[hx-get]")).to_have_count(0)


def test_without_script_the_form_sends_its_files_whole(visit: Visit, real_app: Flask) -> None:
    token = begun(real_app)
    mother = visit(PHONE, has_script=False)
    mother.open(f"/bn/apply/{token}/documents")
    out = io.BytesIO()
    Image.new("RGB", (300, 400), (90, 120, 160)).save(out, "JPEG")
    mother.page.set_input_files("[name=photo]", chosen("ছবি.jpg", "image/jpeg", out.getvalue()))
    mother.press("main form button.go")
    expect(mother.page).to_have_url(f"{mother.url}/bn/apply/{token}/review")
    assert size_of(real_app, token, DocumentKind.PHOTO) == len(out.getvalue())
