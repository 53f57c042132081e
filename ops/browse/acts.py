"""What people do on our pages, by the names of the controls and so in every language.

The same acts serve the journeys of the tests, the measurements and the pictures. Each ends when the page that
follows is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urljoin

from PIL import Image, ImageDraw
from playwright.sync_api import Page


@dataclass(frozen=True)
class Family:
    """What a family writes into the application form."""

    child_bn: str
    child_en: str
    guardian: str
    phone: str
    email: str = ""
    child_ar: str = ""
    wanted: int = 1
    """Which of the open classes, in the order of the form, counted from 1."""
    born: tuple[str, str, str] = ("14", "3", "2014")
    birth_number: str = "20142691624100017"
    address: str = "House 12, Road 4, Kalabagan"


def sign_in(page: Page, url: str, identifier: str, password: str, *, lang: str = "en") -> None:
    """Sign in through the door and arrive at the first page behind it."""
    page.goto(urljoin(url, f"/{lang}/sign-in"))
    page.fill("[name=identifier]", identifier)
    page.fill("[name=password]", password)
    leave(page, "main form[method=post] button.go")
    assert "/sign-in" not in page.url, f"{identifier} was not let in"  # noqa: S101 - it must not go on silently


def leave(page: Page, selector: str) -> None:
    """Press a control that leads to another page, and wait until that page has come."""
    with page.expect_navigation():
        page.locator(selector).locator("visible=true").first.click()


def begin_application(page: Page, url: str, lang: str) -> None:
    """From the page of admissions to the first page of the form."""
    page.goto(urljoin(url, f"/{lang}/admissions/"))
    leave(page, "main form[method=post] button.go")


def fill_child(page: Page, family: Family) -> None:
    """The first page: who is to come to school, into which class."""
    page.select_option("select[name=seat]", index=family.wanted)
    if page.locator("select[name=shift]").count():
        page.select_option("select[name=shift]", index=1)
    page.fill("[name=child_name_bn]", family.child_bn)
    page.fill("[name=child_name_en]", family.child_en)
    page.fill("[name=child_name_ar]", family.child_ar)
    day, month, year = family.born
    page.fill("[name=born_on-d]", day)
    page.select_option("[name=born_on-m]", month)
    page.fill("[name=born_on-y]", year)
    page.check("[name=gender][value=male]")
    page.fill("[name=birth_registration_no]", family.birth_number)


def fill_guardian(page: Page, family: Family) -> None:
    """The second page: who answers for the child."""
    page.fill("[name=guardian_name]", family.guardian)
    page.check("[name=relationship][value=mother]")
    page.fill("[name=phone]", family.phone)
    page.fill("[name=email]", family.email)


def fill_address(page: Page, family: Family) -> None:
    """The third page: where the child lives and learned."""
    page.fill("[name=address]", family.address)
    page.select_option("select[name=district]", index=1)


def choose_papers(page: Page) -> None:
    """The fourth page: a certificate as PDF and a photograph as JPEG."""
    page.set_input_files(
        "[name=birth_certificate]",
        {"name": "birth-certificate.pdf", "mimeType": "application/pdf", "buffer": certificate_pdf()},
    )
    page.set_input_files(
        "[name=photo]", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": portrait_jpeg()}
    )


def go_on(page: Page) -> None:
    """Save this page of the form and wait for the next."""
    leave(page, "main form[method=post] button.go[value=next]")


def apply(page: Page, url: str, lang: str, family: Family) -> str:
    """The whole form from door to status page; returns the reference."""
    begin_application(page, url, lang)
    for fill in (fill_child, fill_guardian, fill_address):
        fill(page, family)
        go_on(page)
    choose_papers(page)
    go_on(page)
    page.check("[name=consent]")
    go_on(page)
    return page.url.rsplit("/", 1)[-1]


def mark(page: Page, number: int, status: str) -> None:
    """In a register set the pupil of this line (from 1) to a status, by its label as a finger would."""
    pupil = page.locator(".pupil").nth(number - 1)
    control = pupil.locator(f"input[value={status}]")
    pupil.locator(f"label[for={control.get_attribute('id')}]").click()


def portrait_jpeg() -> bytes:
    """A photograph: a face on a light ground."""
    picture = Image.new("RGB", (300, 400), "#e8e2d4")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((85, 70, 215, 230), fill="#b98a62")
    draw.rounded_rectangle((40, 250, 260, 420), 70, fill="#3d5a80")
    return _bytes(picture, "JPEG")


def certificate_pdf() -> bytes:
    """A scanned certificate of one page."""
    picture = Image.new("RGB", (620, 877), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 600, 857), outline="#2f6f4f", width=4)
    for line in range(12):
        draw.line((80, 160 + line * 48, 540 - (line % 3) * 60, 160 + line * 48), fill="#777777", width=3)
    return _bytes(picture, "PDF")


def _bytes(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()
