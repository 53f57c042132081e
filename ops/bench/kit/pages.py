"""The main pages of the demo school: who opens them, where they are, and whether they may be kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from ops.browse import acts
from ops.browse.acts import Family
from ops.browse.chromium import LAPTOP, PHONE, TABLET, Device
from ops.browse.installation import Installation
from ops.devtool.console import Failure

LANGUAGES = ("bn", "en", "ar")
REGISTERS = "/attendance/registers/"
FAMILY = Family(
    "তানভীর ইসলাম", "Tanvir Islam", "নাসরিন ইসলাম", "01712345678", "nasrin@family.example", born=("14", "3", "2019"),
    birth_number="20192691624100017",
)  # fmt: skip


@dataclass(frozen=True)
class MainPage:
    """A page as somebody opens it. `role` None: not signed in."""

    name: str
    role: str | None
    device: Device
    path: Callable[[str], str]
    """The address, from the language."""
    is_keepable: bool = False
    """A repeat visit costs a 304, because nothing on it has changed."""


class People:
    """A browser context for each role, signed in once and set to a language when asked."""

    def __init__(self, browser: Browser, school: Installation) -> None:
        self.browser, self.school = browser, school
        self.contexts: dict[tuple[str | None, Device], BrowserContext] = {}
        self.languages: dict[str, str] = {}

    def context(self, role: str | None, device: Device, lang: str) -> BrowserContext:
        """The context of a role on a device, reading this language."""
        key = (role, device)
        if key not in self.contexts:
            self.contexts[key] = self.browser.new_context(base_url=self.school.url, **device.options())
            if role:
                self._sign_in(self.contexts[key], role)
        if role and self.languages.get(role) != lang:
            self._read(self.contexts[key], lang)
            self.languages[role] = lang
        return self.contexts[key]

    def cookies(self, role: str | None, device: Device, lang: str) -> str:
        """What the browser of this person would send as `Cookie`."""
        context = self.context(role, device, lang)
        return "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())

    def _sign_in(self, context: BrowserContext, role: str) -> None:
        login = self.school.login(role)
        page = context.new_page()
        acts.sign_in(page, self.school.url, login.identifier, login.password)
        page.close()

    def _read(self, context: BrowserContext, lang: str) -> None:
        """Switch the language of the account by the button in the menu."""
        page = context.new_page()
        page.goto("/account/")
        if page.locator("html").get_attribute("lang") != lang:
            page.locator("header details.menu summary").click()
            acts.leave(page, f"header button[name=locale][value={lang}]")
        page.close()


def find(page: Page, where: str, pattern: str) -> str:
    """The first link on a page whose address matches, as a path. Raises Failure where there is none."""
    page.goto(where)
    links = page.locator("a[href]").evaluate_all("(all) => all.map((a) => a.getAttribute('href'))")
    for link in links:
        if re.fullmatch(pattern, link):
            return str(link)
    raise Failure(f"There is no link like {pattern} on {where}.")


def main_pages(people: People) -> list[MainPage]:
    """The pages that the promises speak of, found by following links as their readers do."""
    school = people.school
    key = r"[0-9a-f-]{36}"
    teacher = people.context("teacher", TABLET, "en").new_page()
    register = find(teacher, REGISTERS, rf"{REGISTERS}{key}/")
    teacher.close()
    officer = people.context("admissions_officer", LAPTOP, "en").new_page()
    record = find(officer, "/admissions/applications/", rf"/admissions/applications/{key}")
    officer.close()
    mother = people.context("guardian", PHONE, "bn").new_page()
    child = find(mother, "/family/", rf"/family/{key}/")
    mother.close()
    draft, reference = _apply(people.context(None, PHONE, "bn"), school)

    def step(name: str) -> MainPage:
        return MainPage(f"apply-{name}", None, PHONE, lambda lang: f"/{lang}/apply/{draft}/{name}")

    return [
        MainPage("home", None, PHONE, lambda lang: f"/{lang}/"),
        MainPage("apply-start", None, PHONE, lambda lang: f"/{lang}/admissions/"),
        *(step(name) for name in ("child", "guardian", "address", "documents", "review")),
        MainPage("status", None, PHONE, lambda lang: f"/{lang}/admissions/status/{reference}"),
        MainPage("sign-in", None, PHONE, lambda lang: f"/{lang}/sign-in"),
        MainPage("family", "guardian", PHONE, lambda lang: "/family/"),
        MainPage("child-month", "guardian", PHONE, lambda lang: child),
        MainPage("registers", "teacher", TABLET, lambda lang: REGISTERS, is_keepable=True),
        MainPage("register", "teacher", TABLET, lambda lang: register, is_keepable=True),
        MainPage("queue", "admissions_officer", LAPTOP, lambda lang: "/admissions/applications/"),
        MainPage("record", "admissions_officer", LAPTOP, lambda lang: record),
        MainPage("students", "admissions_officer", LAPTOP, lambda lang: "/students/", is_keepable=True),
    ]


def attendance_pages(people: People) -> list[MainPage]:
    """Every other page of attendance, for looking at them: nothing is promised of these but that they are clear."""
    key = r"[0-9a-f-]{36}"
    teacher = people.context("teacher", TABLET, "en").new_page()
    own = find(teacher, REGISTERS, rf"{REGISTERS}{key}/")
    pupil = find(teacher, own, rf"{REGISTERS}{key}/\d{{4}}-\d\d-\d\d/pupils/[\w-]+/")
    teacher.close()
    principal = people.context("principal", LAPTOP, "en").new_page()
    rules = find(principal, REGISTERS, rf"/attendance/campuses/{key}/rules/")
    principal.close()

    def page(name: str, role: str, device: Device, path: str) -> MainPage:
        return MainPage(name, role, device, lambda lang: path)

    return [
        page("pupil", "teacher", TABLET, pupil),
        page("month", "teacher", TABLET, f"{own}month/"),
        page("leave-asked", "teacher", TABLET, "/attendance/leave/"),
        page("timetable", "teacher", TABLET, "/timetable/"),
        page("board", "principal", LAPTOP, "/attendance/board/"),
        page("here", "principal", LAPTOP, "/attendance/here/"),
        page("away", "principal", LAPTOP, "/attendance/away/"),
        page("reports", "principal", LAPTOP, "/attendance/reports/"),
        page("reports-subjects", "principal", LAPTOP, "/attendance/reports/?by=subjects"),
        page("concerns", "principal", LAPTOP, "/attendance/concerns/"),
        page("months", "principal", LAPTOP, "/attendance/months/"),
        page("rules", "principal", LAPTOP, rules),
        page("bell-times", "principal", LAPTOP, "/timetable/bell-times/"),
        page("substitutes", "principal", LAPTOP, "/timetable/substitutes/"),
        page("leave", "guardian", PHONE, "/family/leave/"),
        page("leave-ask", "guardian", PHONE, "/family/leave/ask/"),
        page("notices", "guardian", PHONE, "/family/notices/"),
        page("check-in", "student", PHONE, "/attendance/check-in/"),
    ]


def _apply(context: BrowserContext, school: Installation) -> tuple[str, str]:
    """Send one application and leave another as a draft: (token of the draft, reference of the sent one)."""
    page = context.new_page()
    reference = acts.apply(page, school.url, "bn", FAMILY)
    acts.begin_application(page, school.url, "bn")
    draft = page.url.split("/apply/")[1].split("/")[0]
    page.close()
    return draft, reference
