"""Families on the first day of an intake: each goes through the whole form, as a phone without script does."""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from ops.bench.kit.visitors import Answer, Counts, File, Visitor
from ops.browse.acts import certificate_pdf, portrait_jpeg

PATIENCE = 120.0
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')
_SCRIPT = re.compile(r'<script src="([^"]+)" defer')
_SEAT = re.compile(r'<option value="([0-9a-f-]{36})"')
_NAMES = ("মাহির", "তানহা", "রাইসা", "আরিয়ান", "নাবিহা", "জুনাইদ", "সামিহা", "ফারহান")


@dataclass
class Times:
    """Milliseconds of each page of the form, of every family together, and what each family ended with."""

    pages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bodies: dict[str, str] = field(default_factory=dict)
    """Each page of the form at its longest, and the scripts that only it has."""
    scripts: dict[str, set[str]] = field(default_factory=dict)
    whole: list[float] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Stopped(Exception):
    """A family that got another answer than the form's next page."""


def open_the_doors(url: str, applications: int, at_once: int) -> tuple[Counts, Times]:
    """Send so many applications with two papers each, so many families at a time, each from an address of its own."""
    counts, times, numbers = Counts(), Times(), count()
    papers: dict[str, File] = {
        "birth_certificate": ("সনদ.pdf", certificate_pdf(), "application/pdf"),
        "photo": ("photo.jpg", portrait_jpeg(), "image/jpeg"),
    }

    def family(place: int) -> None:
        source = f"127.{1 + place // 62500}.{place // 250 % 250}.{1 + place % 250}"
        for number in _taken(numbers, applications):
            visitor = Visitor(url, counts, "bn", source=source, patience=PATIENCE)
            began = time.perf_counter()
            try:
                reference = _apply(visitor, number, papers, times)
            except _Stopped as error:
                with times.lock:
                    times.faults.append(str(error))
            else:
                with times.lock:
                    times.references.append(reference)
                    times.whole.append((time.perf_counter() - began) * 1000)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(family, range(at_once)))
    return counts, times


def _taken(numbers: Iterator[int], most: int) -> Iterator[int]:
    for number in numbers:
        if number >= most:
            return
        yield number


def _apply(visitor: Visitor, number: int, papers: dict[str, File], times: Times) -> str:
    """The whole form; returns the reference. Raises _Stopped."""

    def ask(name: str, path: str, *sent: Any) -> Answer:
        began = time.perf_counter()
        answer = visitor.ask(path, *sent)
        with times.lock:
            times.pages[name].append((time.perf_counter() - began) * 1000)
            if answer and answer.status == 200:
                times.bodies[name] = max(times.bodies.get(name, ""), answer.body, key=len)
                times.scripts[name] = set(_SCRIPT.findall(answer.body))
        if answer is None or answer.status != (303 if sent else 200):
            raise _Stopped(f"{number} {name}: {_fault(answer)}")
        return answer

    page = ask("door", "/bn/admissions/")
    path = _next(ask("start", "/bn/admissions/start", _form(page)))
    for step, given in _answers(number).items():
        page = ask(step, path)
        if step == "child":
            given["seat"] = _SEAT.findall(page.body)[number % 2]
        sent = (_form(page) | given, papers) if step == "documents" else (_form(page) | given,)
        path = _next(ask(f"{step}-saved", path, *sent))
    ask("status", path)
    return path.rsplit("/", 1)[-1]


def _fault(answer: Answer | None) -> str:
    if answer is None:
        return "no answer"
    said = " ".join(each.get_text(" ", strip=True) for each in answer.soup.select(".oops, .note.bad"))
    return f"{answer.status} {said[:200]}"


def _next(answer: Answer) -> str:
    return str(answer.headers["Location"])


def _form(page: Answer) -> dict[str, str]:
    token = _TOKEN.search(page.body)
    # Where several forms are on a page, the first: the page that begins has a button for each cycle that is open.
    return (
        dict(reversed(_HIDDEN.findall(page.body)))
        | ({"csrf_token": token[1]} if token else {})
        | {"do": "next"}
    )


def _answers(number: int) -> dict[str, dict[str, str]]:
    """What the family of this number writes; no two have a phone or a birth number in common."""
    child = _NAMES[number % len(_NAMES)]
    born = datetime.now(UTC).year - 4  # fits the first two classes of the demo school in the year to come
    return {
        "child": {
            "child_name_bn": f"{child} ইসলাম",
            "child_name_en": f"Child {''.join('abcdefghij'[int(digit)] for digit in str(number))}",
            "born_on-d": str(1 + number % 28),
            "born_on-m": str(1 + number % 12),
            "born_on-y": str(born),
            "gender": "male" if number % 2 else "female",
            "birth_registration_no": f"{born}269162{number:07d}",
            "shift": "morning",
        },
        "guardian": {
            "guardian_name": "শাহানা আক্তার",
            "relationship": "mother",
            "phone": f"017{number:08d}",
            "email": f"family{number}@families.example",
        },
        "address": {"address": "১২ নদী সড়ক", "district": "Mymensingh"},
        "documents": {},
        "review": {"consent": "y"},
    }
