"""What is looked at on a page as it stands: what axe-core finds, and whether it fits."""

from typing import Literal

from playwright.sync_api import Page

RESIZED_MILLISECONDS = 150
"""After this long a page has taken its new size."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def violations(page: Page, axe: str) -> list[tuple[str, str, list[object]]]:
    """What axe-core complains of in the light and in the dark, rule by rule."""
    page.evaluate(axe)
    complaints: list[tuple[str, str, list[object]]] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # so that colours do not take their time
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        complaints += [(theme, rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
    return complaints


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
