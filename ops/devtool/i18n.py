"""`./dev i18n`: collect the messages, merge them into every language, and count what is untranslated.

The files are written so that a diff shows translations and nothing else: sorted, without places in
the code, without dates, one line a message. Nothing is matched by likeness: a guess in a language
the author does not read is worse than a gap.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from ops.devtool import assets
from ops.devtool.console import ROOT, Failure, complain, say, shown, tail
from ops.devtool.processes import Supervisor

LANGUAGES = ("bn", "ar")
"""English needs no catalogue: the messages are written in it."""
KEYWORDS = ("_", "gettext", "ngettext:1,2", "lazy_gettext", "_l", "lazy_ngettext:1,2", "N_", "pgettext:1c,2")
DROPPED_HEADERS = (
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Generated-By',
    '"Report-Msgid-Bugs-To',
    '"Last-Translator',
    '"Language-Team',
)
HEADER = "# The messages of Smart Academy. Collected by ./dev i18n; translations are written here by hand."
TEMPLATE = assets.TRANSLATIONS / "messages.pot"


def main(arguments: list[str]) -> int:
    """Bring the catalogues up to date, or with --check only look. Returns 1 when anything is missing."""
    parser = argparse.ArgumentParser("./dev i18n", description="Collect, merge and compile the translations.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a file is out of date"
    )
    check = parser.parse_args(arguments).check
    outdated = outdated_files()
    for path, text in outdated.items():
        if check:
            complain(f"{shown(path)} is out of date; run ./dev i18n.")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if not check:
        assets.compile_translations()
    missing = {language: untranslated(language) for language in LANGUAGES}
    for language, messages in missing.items():
        say(f"{language}: {len(messages)} untranslated")
    return 1 if any(missing.values()) or (check and outdated) else 0


def outdated_files() -> dict[Path, str]:
    """The catalogues that `./dev i18n` would change, with their new text. Writes nothing."""
    return {
        path: text
        for path, text in fresh_files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def fresh_files() -> dict[Path, str]:
    """The text of the template and of every catalogue as the code of this moment asks for it."""
    template = extract()
    files = {TEMPLATE: _text(template)}
    for language in LANGUAGES:
        path = catalogue_path(language)
        catalogue = _read(path, language) if path.exists() else Catalog(locale=language, fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True)
        files[path] = _text(catalogue)
    return files


def extract() -> Catalog:
    """Every message of the Python files and templates that babel.cfg names. Raises Failure on a bad file."""
    keywords = [part for keyword in KEYWORDS for part in ("-k", keyword)]
    with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-i18n-") as folder:
        pot, log = Path(folder, "messages.pot"), Path(folder, "log")
        command = [str(Path(sys.prefix, "bin", "pybabel")), "-q", "extract", "-F", "babel.cfg"]
        command += [
            "--no-default-keywords",
            *keywords,
            "-c",
            "Translators:",
            "--no-location",
            "-o",
            str(pot),
            ".",
        ]
        child = supervisor.run("pybabel", command, cwd=ROOT, log=log)
        if child.process.returncode:
            raise Failure(f"The messages could not be collected.\n{tail(log, 12)}")
        return _read(pot, None)


def untranslated(language: str) -> list[str]:
    """The message ids without a translation, or with one marked as a guess, in this language."""
    path = catalogue_path(language)
    if not path.exists():
        return ["(there is no catalogue)"]
    return [_id(message) for message in _read(path, language) if message.id and _is_gap(message)]


def catalogue_path(language: str) -> Path:
    """Where the translations into a language are kept."""
    return assets.TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def _is_gap(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return message.fuzzy or not all(texts)


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _read(path: Path, language: str | None) -> Catalog:
    with open(path, "rb") as file:
        return read_po(file, locale=language)


def _text(catalogue: Catalog) -> str:
    """The catalogue as a file's text, without dates, which change in every run, and empty names."""
    catalogue.header_comment = HEADER
    catalogue.project, catalogue.version, catalogue.fuzzy = "Smart Academy", "1", False
    output = io.BytesIO()
    write_po(output, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = output.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(DROPPED_HEADERS))
