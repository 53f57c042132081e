"""axe-core in a world of its own beside the page, so that the content policy stays as it is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

TOLD_BY_WORDS = [
    "html-has-lang",
    "html-lang-valid",
    "html-xml-lang-mismatch",
    "valid-lang",
    "image-redundant-alt",
    "label-content-name-mismatch",
    "landmark-unique",
    "link-in-text-block",
    "frame-title-unique",
    "table-duplicate-name",
    "scrollable-region-focusable",
    "target-size",
]
"""Rules whose finding hangs on what a text says, how long it is or where it comes to stand, and not on the skeleton."""

SKELETON = """() => {
    const said = /^(?:lang|hreflang|dir|title|alt|placeholder|value|datetime|src|srcset|action|hx-.*|data-.*)$/;
    const worded = /^aria-(?:label|description|roledescription|valuetext|placeholder)$/;
    const named = /^(?:id|for|name|list|headers|form|aria-(?:labelledby|describedby|controls|owns|errormessage))$/;
    const names = new Map(), kinds = [];
    const number = (name) => names.get(name) ?? (names.set(name, names.size), names.size - 1);
    const attribute = ({name, value}, element) => {
        const isName = named.test(name) && element.localName !== "meta";
        if (isName) return `${name}=${value.trim().split(/\\s+/).map(number)}`;
        if (name === "href" && value.startsWith("#")) return `to=${number(value.slice(1))}`;
        const isKept = name === "content" ? element.name === "viewport"
            : name !== "href" && !said.test(name) && !worded.test(name);
        return isKept ? `${name}=${value}` : value.trim() ? name : `${name}!`;
    };
    const kind = (text) => text.length < 2 ? "sign" : /[\\p{L}\\p{N}]/u.test(text) ? "text" : "signs";
    const ground = (element, x, y) => {
        const stack = document.elementsFromPoint(x, y), place = stack.indexOf(element), colours = [];
        if (place < 0) return "covered";
        for (const below of stack.slice(place)) {
            const {backgroundColor, backgroundImage} = getComputedStyle(below);
            if (backgroundImage !== "none") colours.push(backgroundImage);
            if (!/^rgba\\(.*, 0\\)$/.test(backgroundColor)) colours.push(backgroundColor);
            if (/^rgb\\(/.test(backgroundColor)) break;
        }
        return (stack.slice(0, place).some((above) => !element.contains(above)) ? "under " : "") + colours.join(" ");
    };
    const grounds = (element, rectangles) => [...new Set(rectangles.flatMap((box) => box.width && box.height ? [
        ground(element, box.left + 1, (box.top + box.bottom) / 2),
        ground(element, box.right - 1, (box.top + box.bottom) / 2),
    ] : ["nowhere"]))].sort().join("|");
    const range = document.createRange(), colours = new Set();
    const tell = (element, seen = 1) => {
        const style = getComputedStyle(element), found = [element.localName];
        for (const each of element.attributes) found.push(attribute(each, element));
        found.push(style.display, style.visibility, style.opacity, style.position, style.clip);
        const texts = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
        const boxes = texts.flatMap((node) => (range.selectNodeContents(node), [...range.getClientRects()]));
        if (element.matches("input, select, textarea")) boxes.push(element.getBoundingClientRect());
        kinds.push(texts.map((node) => kind(node.data.trim())).join());
        found.push(texts.length, element.value ? "filled" : "");
        if (boxes.length) {
            const {color, fontSize, fontWeight, textShadow, textDecorationLine} = style;
            const place = grounds(element, boxes);
            found.push(color, fontSize, fontWeight, textShadow, textDecorationLine, place);
            const isText = element.value || texts.some((node) => kind(node.data.trim()) === "text");
            const isOff = element.closest(":disabled, [aria-disabled=true], [aria-hidden=true]")
                || element.closest("label")?.control?.disabled;
            const type = isText && !isOff ? "text" : "sign";
            colours.add([type, color, fontSize, fontWeight, textShadow, seen * style.opacity, place].join(" "));
        }
        const parts = [...element.children].map((child) => tell(child, seen * style.opacity));
        // Which of the languages is the one shown.
        const isSwitch = element.matches("ul") && [...element.children].every((one) => one.matches(":has(> [lang])"));
        if (isSwitch) parts.sort();
        return `<${found.join(" ")}>${parts.join("")}</>`;
    };
    const head = document.head.querySelectorAll("title, meta[name=viewport], meta[http-equiv]");
    const {documentElement: {attributes}} = document;
    const root = [...attributes].map((each) => attribute(each, document.documentElement));
    const above = [...head].map((each) => each.localName === "title" ? !!each.text.trim() : tell(each));
    return [[...root, ...above, tell(document.body)].join(" "), kinds, [...colours]];
}"""
"""All that the other rules go by, without a word of what is said: elements, attributes (of those that hold words or
addresses only whether they are empty, of names only which are the same), what is shown at all, and for each text its
colour and size with the colours that it stands on, at both ends of each of its lines. Beside it what kind of text each
element holds: axe does not judge the contrast of a single sign. And by themselves the colours in which texts stand on
their grounds, with their size and weight: all that makes a contrast."""

_CLEAN: dict[tuple[int, str], list[list[str]]] = {}
"""Widths and skeletons in which this process has found nothing to mend, with the kinds of their texts."""


def is_known(width: int, skeleton: str, kinds: list[str]) -> bool:
    """Whether a page with this skeleton was found clean, and axe looked there at every text that it looks at here."""
    return any(
        all(is_ == was or (is_ == "sign" and was == "text") for is_, was in zip(kinds, before, strict=True))
        for before in _CLEAN.get((width, skeleton), ())
        if len(before) == len(kinds)
    )


def note_clean(width: int, skeleton: str, kinds: list[str]) -> None:
    """Keep that nothing was found there."""
    _CLEAN.setdefault((width, skeleton), []).append(kinds)


CONTRAST = "color-contrast"
_LEGIBLE: set[str] = set()
"""Colours in which this process has found texts legible. Of what axe does not judge nothing is kept."""


def are_legible(colours: list[str]) -> bool:
    """Whether axe has judged a text in each of these colours, and found nothing to mend."""
    return _LEGIBLE.issuperset(each for each in colours if not each.startswith("sign "))


def note_legible(colours: list[str]) -> None:
    """Keep that nothing was found among texts in these colours."""
    _LEGIBLE.update(each for each in colours if not each.startswith("sign "))


_ASK = """
axe.run(document, %s).then((found) => found.violations.map((rule) => ({
    rule: rule.id, help: rule.help, where: rule.nodes.map((node) => node.target.join(" ") + "  " + node.html),
    why: rule.nodes[0].failureSummary,
})))
"""


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page, *rules: str, but: str | None = None) -> list[str]:
    """What axe finds on the page as it stands: rule, place, what to do about it.

    With `rules` it looks at these only; `but` it leaves out.
    """
    chosen = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    left_out = {but: {"enabled": False}} if but else {}
    options = {"runOnly": chosen, "rules": left_out, "resultTypes": ["violations"], "preload": False}
    session = page.context.new_cdp_session(page)
    try:
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
        where = {"contextId": world["executionContextId"]}
        session.send("Runtime.evaluate", {"expression": _source(), **where})
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": _ASK % json.dumps(options),
                "awaitPromise": True,
                "returnByValue": True,
                **where,
            },
        )
    finally:
        session.detach()
    assert "value" in answer["result"], f"axe did not run: {answer}"
    return [
        f"{each['rule']}: {each['help']}\n    {each['where'][:3]}\n    {each['why']}"
        for each in answer["result"]["value"]
    ]
