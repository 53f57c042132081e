"""The smaller commands."""

from __future__ import annotations

from ops.devtool import checks, extras, i18n


def test_lock_names_no_index() -> None:
    pinned = "flask==3.1.3 \\\n    --hash=sha256:00\n"
    indexes = "--index-url https://mirror.example/simple\n--find-links wheels\n"

    assert extras.strip_indexes(indexes + pinned) == pinned


def test_every_check_has_its_own_name() -> None:
    names = [check.name for check in checks.all_checks()]

    assert len(set(names)) == len(names)


def test_translation_files_carry_no_dates() -> None:
    files = i18n.fresh_files()

    assert set(files) == {i18n.TEMPLATE, *(i18n.catalogue_path(language) for language in i18n.LANGUAGES)}
    assert not any(header in text for text in files.values() for header in i18n.DROPPED_HEADERS)
