"""Dropping files on a page, as a file manager does."""

import base64
from collections.abc import Sequence

from playwright.sync_api import Page

_DROP = """([files]) => {
  const carried = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    carried.items.add(new File([bytes], name));
  }
  const send = (kind) => document.body.dispatchEvent(
    new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  send("dragover");
  const seen = !document.querySelector("[data-drop-anywhere]").hidden;
  send("drop");
  return seen;
}"""


def drop_files(tab: Page, files: Sequence[tuple[str, bytes]]) -> None:
    """Drop the files, each with its name, on the page, which shows where they would go."""
    given = [[name, base64.b64encode(content).decode()] for name, content in files]
    with tab.expect_navigation():
        assert tab.evaluate(_DROP, [given]), "the page does not show that files can be dropped"
