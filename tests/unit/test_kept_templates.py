"""Compiled templates in a folder: made once, made again when the text changes, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from app.web.templating import KeptTemplates


def environment(folder: Path, words: str) -> Environment:
    """What a process that has just started knows of the templates."""
    return Environment(
        loader=DictLoader({"page.html": words}), bytecode_cache=KeptTemplates(folder), autoescape=True
    )


def test_a_second_process_compiles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(tmp_path / "kept", "Hello {{ name }}").get_template("page.html").render(name="Rafi")
    second = environment(tmp_path / "kept", "Hello {{ name }}")
    monkeypatch.setattr(second, "compile", lambda *rest: pytest.fail("compiled again"))
    assert second.get_template("page.html").render(name="<Rafi>") == "Hello &lt;Rafi&gt;"


def test_a_template_that_changed_is_compiled_again(tmp_path: Path) -> None:
    environment(tmp_path, "Hello").get_template("page.html").render()
    assert environment(tmp_path, "Good morning").get_template("page.html").render() == "Good morning"


def test_nobody_else_may_write_to_the_folder(tmp_path: Path) -> None:
    KeptTemplates(tmp_path / "kept")
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_written_pages_are_served_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    assert environment(tmp_path / "kept", "Hello").get_template("page.html").render() == "Hello"
