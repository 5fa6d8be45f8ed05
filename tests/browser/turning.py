"""From one page to the next, as a person goes, who waits for a page before using it."""

from playwright.sync_api import Frame, Locator, Page


def follow(control: Locator, frame: Frame | Page | None = None) -> None:
    """Click what leads to another page, of ``frame`` or of the window; afterwards that page is there, scripts and all.

    While one page takes another's place, the one before still answers: what is expected may hold there, a click may be
    lost on it, and an address opened meanwhile may stop a form that has only just been sent.
    """
    with (frame or control.page).expect_navigation():
        control.click()
