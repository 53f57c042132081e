"""No regular expression of ours can be made to work for long: its cost grows with the text and not with its square.

Processor time is counted and not the clock's, and only a pattern that is slow and grows too fast is a finding, so
a busy machine fails nothing.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import app as application
from app.domain.academics.importing.grades import class_of_grade
from app.domain.files.rules import clean_file_name
from app.domain.files.types import FileKind
from app.domain.kernel.money import MoneyError, parse_taka
from app.domain.kernel.names import search_key
from app.domain.kernel.phones import PhoneError, normalise_mobile
from app.domain.kernel.richtext import html_of_typed, plain_text, typed_of_html
from app.domain.kernel.texts import clean_line, clean_text
from app.domain.outbox.rules import tidy_reason
from app.web.logging import mask_secrets

ROOT = Path(__file__).resolve().parents[2]
PARTS = [" ", " \n", "\n", "\t", "a", "A", "0", "-", "@", "a.", "a@", "<", "<p>", "<a ", "</p>", "<ul><li>"]
PARTS += ["/", "#4", "ال", "&nbsp;", "(", "aa ", "+880", "1 ", ".", "<!--"]
SIZES = (16, 24, 400, 3000, 20_000)
SLOW = 0.4
"""Seconds of the processor. What grows evenly takes some milliseconds for 20,000 characters; with the square of
them, seconds."""

EXCUSED = {
    "app.domain.academics.importing.grades._NUMBER": "matches whole values only, whose gaps are single spaces",
    "app.domain.outbox.rules._ADDRESS": "is given two thousand characters at most",
    "app/domain/kernel/richtext.py <h2>(.*?)</h2>": "is given cleaned HTML, where every tag is closed",
    "app/domain/kernel/richtext.py <(ul|ol)>(.*?)</\\1>": "as above",
    "app/domain/kernel/richtext.py <p>(.*?)</p>": "as above",
    "app/domain/kernel/richtext.py <li>(.*?)</li>": "as above",
}


def named() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns that a module keeps, by name."""
    for module in pkgutil.walk_packages(application.__path__, "app."):
        for name, value in vars(importlib.import_module(module.name)).items():
            inner = value if isinstance(value, dict) else {"": value}
            for key, each in inner.items():
                if isinstance(each, re.Pattern):
                    yield f"{module.name}.{name}{f'[{key}]' if key else ''}", each


def written() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns that stand where they are used."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re"), attr=verb),
                    args=[ast.Constant(value=str(source)), *_],
                ) if verb != "compile":
                    yield f"{path.relative_to(ROOT)} {source}", re.compile(source, re.DOTALL)


def cost(work: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    work(text)
    return time.thread_time() - began


def grows_too_fast(work: Callable[[str], object]) -> str | None:
    """The part that makes it slow, repeated and followed by something else."""
    for part in PARTS:
        before = 0.0
        for size in SIZES:
            took = cost(work, "x" + part * (size // len(part)) + "!")
            if took > SLOW and took > 6 * before:
                return f"{part!r} to {size}: {took:.2f} s"
            before = took
    return None


def everywhere(pattern: re.Pattern[Any]) -> Callable[[str], object]:
    """Look from every place of the text, and at the whole of it."""
    if isinstance(pattern.pattern, bytes):
        return lambda text: (pattern.sub(b"", text.encode()), pattern.fullmatch(text.encode()))
    return lambda text: (pattern.sub("", text), pattern.fullmatch(text))


def test_no_pattern_grows_too_fast() -> None:
    found = dict(named()) | dict(written())
    assert len(found) > 50
    assert set(EXCUSED) <= set(found), "an excuse for a pattern that is gone"
    slow = {
        name: fault
        for name, pattern in found.items()
        if name not in EXCUSED and (fault := grows_too_fast(everywhere(pattern)))
    }
    assert slow == {}


def test_a_pattern_that_grows_too_fast_is_found() -> None:
    assert grows_too_fast(re.compile(r"a+b?-").search)


def _or_refused(work: Callable[[str], object], *errors: type[Exception]) -> Callable[[str], object]:
    def tried(text: str) -> object:
        try:
            return work(text)
        except errors:
            return None

    return tried


@pytest.mark.parametrize(
    "work",
    [
        clean_line,
        clean_text,
        html_of_typed,
        lambda text: typed_of_html(html_of_typed(text)),
        plain_text,
        search_key,
        lambda text: clean_file_name(text, FileKind.PDF),
        class_of_grade,
        _or_refused(normalise_mobile, PhoneError),
        _or_refused(parse_taka, MoneyError),
        lambda text: tidy_reason(text, "somebody@family.example"),
        lambda text: mask_secrets(None, "info", {"event": text}),
    ],
)
def test_what_is_typed_is_read_in_time_that_grows_with_it(work: Callable[[str], object]) -> None:
    assert grows_too_fast(work) is None
