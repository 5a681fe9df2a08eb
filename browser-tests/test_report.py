"""The run report in a real browser: at two widths, in two colour schemes, by keyboard, and as a screen reader is told of it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from chromium import Chromium

DESKTOP, PHONE = (1280, 900), (390, 844)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE, (320, 568)], ids=lambda one: f"{one[0]} px")
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
TAB = ("Tab", 9)
NAMED = {"button", "link", "img", "image", "table", "region", "heading", "navigation", "DisclosureTriangle", "columnheader", "rowheader", "main"}

CONTRASTS = """
(() => {
  const channel = value => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const parsed = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ratio = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const ground = node => { for (; node; node = node.parentElement) { const c = parsed(getComputedStyle(node).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("svg, style, [aria-hidden=true]")) continue;
    found.push([ratio(parsed(getComputedStyle(parent).color), ground(parent)), node.textContent.trim().slice(0, 40)]);
  }
  for (const shape of document.querySelectorAll("svg rect:not(.rest)"))
    found.push([1.5 * ratio(parsed(getComputedStyle(shape).fill), ground(shape.closest(".card"))), "chart " + shape.getAttribute("class")]);
  return found;
})()
"""
FOCUSED = """
(() => {
  const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
  return {tag: node.tagName, name: (node.getAttribute("aria-label") || node.textContent).trim().slice(0, 60), outline: style.outlineStyle,
          top: box.top + scrollY, left: box.left, seen: box.bottom > 0 && box.top < innerHeight};
})()
"""


@pytest.fixture
def page(browser: Chromium, report: Path) -> Chromium:
    browser.size(*DESKTOP)
    browser.scheme("light")
    browser.open(report.as_uri())
    return browser


@SIZES
@SCHEMES
def test_it_renders_without_sideways_scrolling(page: Chromium, report: Path, size: tuple[int, int], scheme: str) -> None:
    page.size(*size)
    page.scheme(scheme)
    page.open(report.as_uri())
    assert page.evaluate("innerWidth") == size[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("document.body.innerText.includes('something held back')")
    beyond = "[...document.querySelectorAll('body *')].filter(n => n.getBoundingClientRect().right > innerWidth + 1 && !n.closest('.scroll, .skip')).length"
    assert page.evaluate(beyond) == 0


@SIZES
def test_text_can_be_twice_as_large(page: Chromium, size: tuple[int, int]) -> None:
    page.size(*size)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_it_asks_for_nothing_and_complains_of_nothing(page: Chromium, report: Path) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert [one["request"]["url"] for one in page.said("Network.requestWillBeSent") if not one["request"]["url"].startswith("data:")] == [
        report.as_uri()
    ]
    assert page.said("Log.entryAdded") == []
    assert page.said("Runtime.consoleAPICalled") == []
    assert page.said("Runtime.exceptionThrown") == []
    assert page.evaluate("document.scripts.length") == 0


@SCHEMES
def test_text_and_charts_stand_out_from_their_ground(page: Chromium, scheme: str) -> None:
    """4.5 to 1 for text; 3 to 1 for what is drawn (WCAG 2.2, 1.4.3 and 1.4.11)."""
    page.scheme(scheme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 100
    assert [one for one in found if one[0] < 4.5] == []


def test_the_keyboard_reaches_everything_in_reading_order(page: Chromium) -> None:
    page.press(*TAB)
    first = page.evaluate(FOCUSED)
    assert first["name"] == "Skip to the report"
    assert first["seen"]
    wanted = page.evaluate("document.querySelectorAll('a[href], summary, [tabindex=\"0\"]').length")
    stops = []
    for _ in range(wanted - 1):
        page.press(*TAB)
        stops.append(page.evaluate(FOCUSED))
    assert all(stop["outline"] != "none" and stop["name"] and stop["seen"] for stop in stops), stops
    assert {"A", "SUMMARY", "DIV"} <= {stop["tag"] for stop in stops}
    places = [(round(stop["top"]), round(stop["left"])) for stop in stops]
    assert places == sorted(places)


def test_a_reason_opens_by_keyboard(page: Chromium) -> None:
    closed = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(closed)
    page.evaluate("document.querySelector('details:not([open]) > summary').focus()")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    page.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter", windowsVirtualKeyCode=13)
    assert page.evaluate(closed) == before - 1


def test_a_screen_reader_is_told_landmarks_headings_tables_and_charts_by_name(page: Chromium) -> None:
    nodes = [node for node in page.call("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
    roles = [node["role"]["value"] for node in nodes]
    assert {"main", "banner", "contentinfo", "navigation"} <= set(roles)
    assert roles.count("main") == roles.count("banner") == 1
    nameless = [node["role"]["value"] for node in nodes if node["role"]["value"] in NAMED - {"main"} and not (node.get("name") or {}).get("value")]
    assert nameless == []
    charts = [node["name"]["value"] for node in nodes if node["role"]["value"] in ("image", "img")]
    assert any(name.startswith("written: ") for name in charts)
    assert roles.count("table") >= 5
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_scoped_headers(page: Chromium) -> None:
    assert page.evaluate("[...document.querySelectorAll('table')].every(one => one.caption && one.caption.textContent.trim())")
    assert page.evaluate("[...document.querySelectorAll('th')].every(one => one.scope)")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.title").startswith("Sync report")
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(one => one.id)).size === document.querySelectorAll('[id]').length")
