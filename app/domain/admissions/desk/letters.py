"""What the desk writes to families, in the language they applied in."""

from __future__ import annotations

from flask_babel import force_locale, gettext

Letter = tuple[str, str]
"""Subject and text."""


def merged_letter(locale: str, child: str, gone: str, kept: str, status_link: str) -> Letter:
    """That two applications for a child have become one, and under which number it goes on."""
    with force_locale(locale):
        return gettext("Your application goes on under %(reference)s", reference=kept), "\n\n".join(
            (
                gettext("Peace and good wishes,"),
                gettext(
                    "we had two applications for %(name)s: %(gone)s and %(kept)s. They are one now. Nothing is"
                    " lost, and there is nothing you have to do.",
                    name=child,
                    gone=gone,
                    kept=kept,
                ),
                gettext("Reference: %(reference)s", reference=kept),
                gettext("How far the application is: %(link)s", link=status_link),
                gettext("Smart Academy, admissions"),
            )
        )


def merged_text(locale: str, gone: str, kept: str) -> str:
    """The same as a text message, without a name."""
    with force_locale(locale):
        return str(
            gettext(
                "Smart Academy: applications %(gone)s and %(kept)s are one now. Keep this number: %(kept)s.",
                gone=gone,
                kept=kept,
            )
        )
