"""A book with three lines to tag."""

from ledgerflow.classification.services import change_tags, classify_lines
from ledgerflow.classification.tag_selectors import tags_of_lines
from tests.classification.rows import NOW, Shop


class TagShop(Shop):
    def __init__(self) -> None:
        super().__init__()
        self.lines = [self.line(f"SHOP {number}") for number in range(3)]
        self.ids = [line.pk for line in self.lines]
        classify_lines(book=self.book, line_ids=self.ids)

    def tag(self, ids, *names, remove=()):
        return change_tags(book=self.book, line_ids=ids, add=names, remove=remove, user=self.user, now=NOW)

    def tags(self):
        found = tags_of_lines(book=self.book, line_ids=self.ids)
        return [found.get(line_id, []) for line_id in self.ids]
