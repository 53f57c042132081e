"""axe-core in a world of its own beside the page, so that the content policy stays as it is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_ASK = """
axe.run(document, %s).then((found) => found.violations.map((rule) => ({
    rule: rule.id, help: rule.help, where: rule.nodes.map((node) => node.target.join(" ") + "  " + node.html),
    why: rule.nodes[0].failureSummary,
})))
"""


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page as it stands: rule, place, what to do about it. `rules` look at these only."""
    chosen = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    options = {"runOnly": chosen, "resultTypes": ["violations"], "preload": False}
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
