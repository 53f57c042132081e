"""What the browser itself refuses on our pages, and that a journey would notice it.

Every journey fails on a line of the console, and a broken policy is one; so the other journeys show that our own
pages break none. Here somebody else's script is put into a page, as a hole would let them.
"""

from __future__ import annotations

from playwright.sync_api import Route

from ops.browse.chromium import LAPTOP
from tests.browser.conftest import Visit

INJECTED = (
    "<script>document.title = 'taken'</script>"
    "<img src='/none' onerror=\"document.title = 'taken'\">"
    "<script src='https://evil.example/x.js'></script>"
    "<base href='https://evil.example/'>"
    "<style>body { display: none }</style>"
)


def test_a_script_that_got_into_a_page_does_not_run_and_is_noticed(visit: Visit) -> None:
    visitor = visit(LAPTOP)
    page = visitor.page

    def inject(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</main>", INJECTED + "</main>"))

    page.route("**/en/admissions/", inject)
    visitor.open("/en/admissions/")
    assert page.title() != "taken"
    assert page.evaluate("getComputedStyle(document.body).display") != "none"
    assert page.evaluate("document.baseURI").startswith(visitor.url)
    kinds = ("script", "event handler", "evil.example/x.js", "base", "style")
    told = [fault for fault in visitor.faults if "Content Security Policy" in fault]
    assert len(told) >= len(kinds), told
    visitor.faults.clear()
