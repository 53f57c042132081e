"""`./dev shots`: pictures of the main pages of a demo school and of all of attendance, for looking at them.

Every page at three widths in three languages, some in the dark and some without script, into var/shots/. The
school is one of its own in a temporary folder, on a school day's morning, so that pictures are comparable.
With --docs the few that the documentation shows are made anew instead, in docs/img/. With --intake it is every
screen of admissions, in states that no demo school has (tests/browser/pictures.py), with a list of what a machine
finds on them and sheets of several pictures to look through.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page

from ops.bench.kit.pages import LANGUAGES, MainPage, People, attendance_pages, main_pages
from ops.browse.chromium import LAPTOP, PHONE, TABLET, Device, chromium
from ops.browse.installation import installed
from ops.devtool import assets
from ops.devtool.console import ROOT, say, shown, var_folder
from ops.devtool.processes import Supervisor

DARK = ("home", "family", "register")
WITHOUT_SCRIPT = ("home", "apply-child", "register", "family")

DOCS: dict[str, tuple[str, str, Device, int]] = {
    "home-bn": ("home", "bn", PHONE, 2),
    "apply-bn": ("apply-child", "bn", PHONE, 2),
    "family-bn": ("family", "bn", PHONE, 2),
    "register-en": ("register", "en", TABLET, 1),
    "register-ar": ("register", "ar", TABLET, 1),
    "officer-en": ("record", "en", LAPTOP, 1),
}
"""Name of the picture: page, language, device, pixels of the picture for each of the page."""


def main(arguments: list[str]) -> int:
    """Take the pictures, or those whose page's name contains one of the arguments. Returns 0."""
    given = _parse(arguments)
    if given.docs:
        return _illustrate(ROOT / "docs" / "img")
    folder = var_folder() / "shots"
    if given.intake:
        return _intake(folder, given.names)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with installed() as school, chromium() as browser:
        people = People(browser, school)
        for page in main_pages(people) + attendance_pages(people):
            if not given.names or any(name in page.name for name in given.names):
                for lang in given.languages:
                    _photograph(people, page, lang, folder)
                say(page.name)
    say(f"{len(list(folder.iterdir()))} pictures are in {shown(folder)}/.")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("./dev shots", description="Pictures of the main pages.")
    parser.add_argument("names", nargs="*", help="parts of the names of pages; all when none is given")
    parser.add_argument("--languages", nargs="+", default=LANGUAGES, choices=LANGUAGES)
    parser.add_argument("--intake", action="store_true", help="every screen of admissions; names are scenes")
    parser.add_argument("--docs", action="store_true", help="make the pictures of the documentation")
    return parser.parse_args(arguments)


def _intake(folder: Path, scenes: list[str]) -> int:
    """Every screen of admissions, or those of some scenes. Returns pytest's exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.rglob("*.*"):
        if not scenes or old.parent.name == "sheets" or old.name.partition("-")[0] in scenes:
            old.unlink()
    wanted = ["-k", " or ".join(scenes)] if scenes else []
    os.environ["SA_PICTURES"] = str(folder)
    with Supervisor() as supervisor:
        assets.prepare(supervisor)
        pytest = [sys.executable, "-m", "pytest", "-q", "--show-capture=no"]
        command = [*pytest, str(ROOT / "tests" / "browser" / "pictures.py"), *wanted]
        result = supervisor.attend("pytest", command, cwd=ROOT)
    for device, across, scale in ((PHONE, 6, 0.7), (TABLET, 3, 0.5), (LAPTOP, 3, 0.42)):
        lay_out(folder, device.width, across=across, scale=scale)
    say(f"{len(list(folder.glob('*.png')))} pictures are in {shown(folder)}/, sheets of them in sheets/.")
    return result


def lay_out(folder: Path, width: int, *, across: int, scale: float, tallest: int = 2200) -> None:
    """Lay the pictures of one width side by side, so many on a sheet, each cut at `tallest` pixels of the page."""
    pictures = sorted(folder.glob(f"*-{width}.png"))
    (folder / "sheets").mkdir(exist_ok=True)
    for number, first in enumerate(range(0, len(pictures), across), start=1):
        _sheet(
            pictures[first : first + across], scale, tallest, folder / "sheets" / f"{width}-{number:03}.png"
        )


def _sheet(paths: list[Path], scale: float, tallest: int, target: Path) -> None:
    cells = []
    for path in paths:
        with Image.open(path) as picture:
            cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, tallest)))
        cells.append(cut.resize((int(cut.width * scale), int(cut.height * scale)), Image.Resampling.LANCZOS))
    head, gap = 18, 8
    size = sum(cell.width + gap for cell in cells), head + max(cell.height for cell in cells)
    sheet, at = Image.new("RGB", size, "#444"), 0
    for cell, path in zip(cells, paths, strict=True):
        ImageDraw.Draw(sheet).text((at + 4, 3), path.stem, fill="white")
        sheet.paste(cell, (at, head))
        at += cell.width + gap
    sheet.save(target)


def _illustrate(folder: Path) -> int:
    """The pictures of the documentation: what a screen shows, in few colours so that they are light."""
    folder.mkdir(parents=True, exist_ok=True)
    with installed() as school, chromium() as browser:
        people = People(browser, school)
        pages = {page.name: page for page in main_pages(people)}
        for name, (page_name, lang, device, scale) in DOCS.items():
            page, target = pages[page_name], folder / f"{name}.png"
            signed_in = people.context(page.role, page.device, lang).storage_state()
            options = device.options(storage_state=signed_in, device_scale_factor=scale)
            context = browser.new_context(base_url=school.url, **options)
            _take(context.new_page(), page.path(lang), target, full_page=False)
            context.close()
            with Image.open(target) as picture:
                picture.convert("RGB").quantize(128).save(target, optimize=True)
            say(f"{shown(target)}  {target.stat().st_size / 1024:.0f} KB")
    return 0


def _photograph(people: People, page: MainPage, lang: str, folder: Path) -> None:
    """The page at each width; in the dark and without script where that is asked of it."""
    context = people.context(page.role, page.device, lang)
    path = page.path(lang)
    for device in (PHONE, TABLET, LAPTOP):
        name = f"{page.name}.{lang}-{device.width}"
        camera = context.new_page()
        camera.set_viewport_size({"width": device.width, "height": device.height})
        _take(camera, path, folder / f"{name}.png")
        if page.name in DARK:
            camera.emulate_media(color_scheme="dark")
            _take(camera, path, folder / f"{name}-dark.png")
        camera.close()
    if page.name in WITHOUT_SCRIPT:
        with_cookies = people.browser.new_context(
            base_url=people.school.url,
            java_script_enabled=False,
            storage_state=context.storage_state(),
            **page.device.options(),
        )
        _take_without_script(
            with_cookies, path, folder / f"{page.name}.{lang}-{page.device.width}-noscript.png"
        )


def _take_without_script(context: BrowserContext, path: str, target: Path) -> None:
    _take(context.new_page(), path, target)
    context.close()


def _take(camera: Page, path: str, target: Path, *, full_page: bool = True) -> None:
    camera.goto(path, wait_until="networkidle")
    camera.screenshot(path=target, full_page=full_page)
