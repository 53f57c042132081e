"""Text with headings, lists, links and tables, as editors write it: the one list of what may be in it.

Reviewed as a whole: nothing else in the application decides which HTML of a person reaches a page. Text is
cleaned when it is stored and again when it is shown, so that a row that came by another way, or was stored
under an older list, is as harmless as a fresh one.
"""

from __future__ import annotations

import html
import re
from typing import Final

import nh3

TAGS: Final = frozenset(
    {
        "p",
        "br",
        "h2",
        "h3",
        "ul",
        "ol",
        "li",
        "a",
        "strong",
        "em",
        "blockquote",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "bdi",
        "sup",
        "sub",
    }
)
"""The elements that stay. No h1, since the page has its own; nothing that loads, runs, frames or sends."""

DROPPED_WITH_CONTENT: Final = frozenset(
    {
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "noscript",
        "noembed",
        "noframes",
        "textarea",
        "title",
        "select",
        "xmp",
        "plaintext",
        "audio",
        "video",
        "canvas",
        "form",
        "button",
    }
)
"""The elements whose content goes too: it is not text, or the parsers of browsers disagree about it."""

ATTRIBUTES: Final = {
    "a": {"href", "lang", "dir"},
    "bdi": {"lang", "dir"},
    "p": {"lang", "dir"},
    "li": {"lang", "dir"},
    "blockquote": {"lang", "dir"},
    "th": {"scope", "colspan", "rowspan", "lang", "dir"},
    "td": {"colspan", "rowspan", "lang", "dir"},
}
"""The attributes that stay. No class, id, name, style, data-*, aria-* or hx-*: none of them is text."""

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
"""Where a link may lead, besides places of this site."""

_VALUES: Final = {
    "scope": re.compile(r"row|col"),
    "colspan": re.compile(r"[1-9][0-9]?"),
    "rowspan": re.compile(r"[1-9][0-9]?"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"bn|en|ar"),
}
_ABSOLUTE: Final = re.compile(r"(?:https?://|mailto:|tel:)[^\s\\]+", re.IGNORECASE)
_RELATIVE: Final = re.compile(r"(?:/(?![/\\])|#)[^\s\\]*")
_ANY_TAG: Final = re.compile(
    r"</?(?:" + "|".join(sorted(TAGS | DROPPED_WITH_CONTENT | {"div", "span", "img"})) + r")\b[^<>]*>",
    re.IGNORECASE,
)
_BLOCK_END: Final = re.compile(r"(</(?:p|h2|h3|ul|ol|li|blockquote|table|tr|thead|tbody|caption)>|<br>)\s*")
_EMPTY: Final = re.compile(r"<(p|h2|h3|li|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")
_BULLET: Final = re.compile(r"[-•*]\s+")
_NUMBER: Final = re.compile(r"[0-9০-৯٠-٩]{1,3}[.)।]\s+")


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute as it stays, or None where it goes."""
    if attribute == "href":
        link = value.strip()
        return link if _ABSOLUTE.fullmatch(link) or _RELATIVE.fullmatch(link) else None
    pattern = _VALUES.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


def clean_html(text: str) -> str:
    """Return HTML with nothing in it but what the lists above allow; everything else is dropped or escaped.

    Cleaning what is clean changes nothing. Never raises.
    """
    cleaned = nh3.clean(
        text,
        tags=set(TAGS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_keep,
        url_schemes=set(SCHEMES),
        generic_attribute_prefixes=set(),
        link_rel=None,
        strip_comments=True,
    )
    return _EMPTY.sub("", cleaned).strip()


def html_of_typed(text: str) -> str:
    """Return clean HTML of what an editor typed: HTML as it is, or plain text with its paragraphs and lists.

    In plain text an empty line parts paragraphs, a line that begins with ``-`` or a number is a point of a
    list, and ``##`` makes a heading.
    """
    if _ANY_TAG.search(text):
        cleaned = clean_html(text)
        bare = cleaned and "<" not in cleaned  # only what is left of it: still a paragraph
        return _one_block_a_line(f"<p>{cleaned}</p>" if bare else cleaned)
    blocks = (block for block in re.split(r"\n\s*\n", text.strip()) if block.strip())
    return _one_block_a_line(clean_html("".join(_block(block.splitlines()) for block in blocks)))


def _block(lines: list[str]) -> str:
    lines = [line.strip() for line in lines if line.strip()]
    headings = next((at for at, line in enumerate(lines) if not line.startswith("##")), len(lines))
    made = (f"<h2>{html.escape(line.lstrip('#').strip(), quote=False)}</h2>" for line in lines[:headings])
    return "".join(made) + (_lines(lines[headings:]) if lines[headings:] else "")


def _lines(lines: list[str]) -> str:
    """A list, with the sentence before it where there is one, or a paragraph."""
    for pattern, tag in ((_BULLET, "ul"), (_NUMBER, "ol")):
        first = next((at for at, line in enumerate(lines) if pattern.match(line)), None)
        if first is not None and all(pattern.match(line) for line in lines[first:]):
            points = "".join(
                f"<li>{html.escape(pattern.sub('', line, count=1), quote=False)}</li>"
                for line in lines[first:]
            )
            return (_lines(lines[:first]) if first else "") + f"<{tag}>{points}</{tag}>"
    return "<p>" + "<br>".join(html.escape(line, quote=False) for line in lines) + "</p>"


def typed_of_html(cleaned: str) -> str:
    """Return what an editor would type for clean HTML: plain text where that means the same, else the HTML."""
    text = re.sub(r"<h2>(.*?)</h2>", r"## \1\n\n", cleaned, flags=re.S)
    text = re.sub(r"<(ul|ol)>(.*?)</\1>", _points, text, flags=re.S)
    text = re.sub(r"<p>(.*?)</p>", r"\1\n\n", text, flags=re.S)
    text = re.sub(r"<br>\s*", "\n", text)
    if "<" in text:
        return cleaned
    text = re.sub(r"\n{3,}", "\n\n", html.unescape(text)).strip()
    return text if html_of_typed(text) == _one_block_a_line(cleaned) else cleaned


def _points(match: re.Match[str]) -> str:
    points = re.findall(r"<li>(.*?)</li>", match[2], flags=re.S)
    marks = [f"{number}. " if match[1] == "ol" else "- " for number in range(1, len(points) + 1)]
    return "\n".join(mark + point for mark, point in zip(marks, points, strict=True)) + "\n\n"


def _one_block_a_line(cleaned: str) -> str:
    """The same HTML as people can read it in a text box."""
    return _BLOCK_END.sub(r"\1\n", cleaned).strip()


def plain_text(cleaned: str) -> str:
    """Return the words of clean HTML in one line, for search and short summaries."""
    spaced = re.sub(r"<(?:/(?:p|h2|h3|li|td|th|caption|blockquote)|br)>", " ", cleaned)
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", spaced)).split())


def summary(cleaned: str, length: int = 140) -> str:
    """Return the first words of clean HTML, at most ``length`` characters, ended at a word."""
    text = plain_text(cleaned)
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,;:–-।،") + "…"
