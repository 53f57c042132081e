"""What the code may not contain, because each has been the way into a school's system before."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from rq.serializers import JSONSerializer

from app.queue import job_queue, redis_connection

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("app", "migrations", "ops", "wsgi.py", "gunicorn.conf.py", "dev")

RUNS_WHAT_IT_READS = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "jsonpickle",
    "yaml",
    "code",
    "codeop",
}
READS_XML = {"xml", "pyexpat", "lxml", "xmltodict"}
"""Answers of S3 are read by its client."""
MAY_READ_XML = {
    "app/integrations/tables/workbook.py": "sheets of workbooks, in a process of its own, without a document type",
    "ops/attack/targets.py": "pages of our own, as HTML, which has no entities to define",
    "ops/browse/crawl.py": "the same",
}

REACHES_OUT = {"socket", "urllib3", "urllib.request", "http.client", "requests", "httpx", "smtplib", "minio"}
MAY_START_ITSELF = {
    "app/integrations/apart.py": "our own scripts, so that a document or a workbook can be stopped"
}
MAY_REACH_OUT = {
    "app/integrations/antivirus/backends.py": "the scanner that CLAMD_URL names",
    "app/integrations/mail/backends.py": "the mail server that SMTP_URL names",
    "app/integrations/sms/gateways.py": "the gateway that SMS_URL names",
    "app/integrations/storage/backends.py": "the store that S3_ENDPOINT names",
    "app/web/readiness.py": "the same store, asked whether it answers",
}
MARKS_AS_SAFE = {
    "app/web/i18n.py": "sentences of the catalogues, whose tags are checked",
    "app/web/icons.py": "drawings of our own file",
    "app/web/patterns.py": "what templates wrote, around words that were escaped two lines above",
    "app/web/richtext.py": "HTML that was cleaned in the same line",
}
RANDOM_FOR_FUN = "app/cli/demo_data/"
"""The demo's people are made by chance that can be repeated; they open nothing."""


def python() -> list[Path]:
    found = [path for name in SHIPPED for path in [ROOT / name] if path.is_file()]
    return found + [path for name in SHIPPED for path in sorted((ROOT / name).rglob("*.py"))]


FILES = python()


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def name_of(node: ast.AST) -> str:
    """`a.b.c` of such an expression."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def imported(path: Path) -> set[str]:
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _imports_any(path: Path, names: set[str]) -> set[str]:
    return {each for each in imported(path) if each in names or each.partition(".")[0] in names}


def test_nothing_is_read_that_could_run() -> None:
    wrong = {str(path.relative_to(ROOT)): _imports_any(path, RUNS_WHAT_IT_READS) for path in FILES}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_no_xml_of_others_is_read() -> None:
    readers = {path.relative_to(ROOT).as_posix() for path in FILES if _imports_any(path, READS_XML)}
    assert readers == set(MAY_READ_XML)


def test_no_text_becomes_code_or_a_template() -> None:
    forbidden = {"eval", "exec", "compile", "__import__", "render_template_string", "Template"}
    forbidden |= {"flask.render_template_string", "jinja2.Template", "app.jinja_env.from_string"}
    wrong = [
        f"{where} {name_of(call.func)}"
        for path in FILES
        for where, call in calls(path)
        if name_of(call.func) in forbidden or name_of(call.func).endswith(".from_string")
    ]
    assert wrong == []


def test_no_command_is_given_to_a_shell() -> None:
    for path in FILES:
        assert not _imports_any(path, {"pty", "commands", "popen2"}), path
        if path.is_relative_to(ROOT / "app") and path.relative_to(ROOT).as_posix() not in MAY_START_ITSELF:
            assert not _imports_any(path, {"subprocess"}), f"{path}: the application starts no program"
        for where, call in calls(path):
            name = name_of(call.func)
            assert name not in {"os.system", "os.popen", "subprocess.getoutput"}, where
            shell = [each.value for each in call.keywords if each.arg == "shell"]
            assert all(isinstance(each, ast.Constant) and each.value is False for each in shell), where
            if name.startswith("subprocess.") and call.args:
                # A list, or the name of one: a text would be taken apart by whoever reads it.
                assert not isinstance(call.args[0], (ast.Constant, ast.JoinedStr, ast.BinOp)), where


def test_only_the_integrations_reach_out() -> None:
    reach = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.is_relative_to(ROOT / "app") and _imports_any(path, REACHES_OUT)
    }
    assert reach == set(MAY_REACH_OUT)


def test_only_four_modules_mark_text_as_safe() -> None:
    marked = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        for _, call in calls(path)
        if name_of(call.func).endswith("Markup") and call.args and not isinstance(call.args[0], ast.Constant)
    }
    assert marked == set(MARKS_AS_SAFE)


def test_secrets_are_not_made_by_chance_that_can_be_repeated() -> None:
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.is_relative_to(ROOT / "app")
        and not path.relative_to(ROOT).as_posix().startswith(RANDOM_FOR_FUN)
        and _imports_any(path, {"random"})
    ]
    assert wrong == []


def test_no_statement_is_put_together_from_text() -> None:
    """`text()` and its kin get a text as it stands in the code, or one that was made before and has a name."""
    verbs = {"text", "literal_column", "exec_driver_sql", "DDL"}
    wrong = [
        where
        for path in FILES
        if path.is_relative_to(ROOT / "app")
        for where, call in calls(path)
        if name_of(call.func).rpartition(".")[2] in verbs and call.args
        if isinstance(call.args[0], (ast.JoinedStr, ast.BinOp, ast.Call)) and not _of_constants(call.args[0])
    ]
    assert wrong == []


def _of_constants(text: ast.AST) -> bool:
    """Whether only constants of the module stand between the words."""
    if not isinstance(text, ast.JoinedStr):
        return False
    filled = [part.value for part in text.values if isinstance(part, ast.FormattedValue)]
    return all(isinstance(each, ast.Name) and each.id.isupper() for each in filled)


def test_the_queue_carries_json(app: Flask) -> None:
    with app.app_context():
        connection = redis_connection()
        assert job_queue(connection).serializer is JSONSerializer
        connection.close()


def test_scripts_keep_nothing_in_the_browser_and_run_no_text() -> None:
    # The queue of a register keeps keys and states, and its worker the pages of the day; both go at
    # sign-out, which the worker is told.
    allowed = {
        ("store.js", "indexedDB"),
        ("store.js", "postMessage"),
        ("worker.js", "caches.open"),
        ("worker.js", "postMessage"),
        ("line.js", "postMessage"),
    }
    forbidden = ("localStorage", "sessionStorage", "indexedDB", "caches.open", "document.cookie")
    forbidden += ("eval(", "new Function", "document.write", "postMessage")
    scripts = sorted((ROOT / "app" / "static" / "js").rglob("*.js"))
    assert len(scripts) > 5
    found = [(path.name, word) for path in scripts for word in forbidden if word in path.read_text("utf-8")]
    assert set(found) == allowed


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("import pickle", test_nothing_is_read_that_could_run),
        ("from xml.etree import ElementTree", test_no_xml_of_others_is_read),
        ("flask.render_template_string(x)", test_no_text_becomes_code_or_a_template),
        ("subprocess.run('ls ' + x, shell=True)", test_no_command_is_given_to_a_shell),
        ("from urllib.request import urlopen", test_only_the_integrations_reach_out),
        ("Markup(x)", test_only_four_modules_mark_text_as_safe),
        ("import random", test_secrets_are_not_made_by_chance_that_can_be_repeated),
        ("session.execute(text(f'ORDER BY {x}'))", test_no_statement_is_put_together_from_text),
    ],
)
def test_each_check_finds_what_it_is_for(
    line: str, check: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(check)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "new.py").write_text(line + "\n", encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    monkeypatch.setattr(f"{__name__}.FILES", [tmp_path / "app" / "new.py"])
    monkeypatch.setattr(f"{__name__}.MAY_REACH_OUT", {})
    monkeypatch.setattr(f"{__name__}.MAY_READ_XML", {})
    monkeypatch.setattr(f"{__name__}.MARKS_AS_SAFE", {})
    with pytest.raises(AssertionError):
        check()
