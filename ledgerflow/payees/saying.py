"""Looking for folded words in texts that PostgreSQL holds."""

from typing import Any

from django.db.models import BooleanField, F, Func

# What :func:`ledgerflow.payees.folding.fold` leaves out of texts: the marks of the scripts that banks write in.
_MARKS = (
    r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u093c\u094d\u09bc\u09cd\u0e38-\u0e3a\u0e48-\u0e4b"
    r"\u1dc0-\u1dff\u20d0-\u20dc\u3099\u309a\ufe20-\ufe2f]"
)
_FOLDED = f"""CASE WHEN octet_length({{text}}) = char_length({{text}}) THEN lower({{text}} COLLATE "C")
    ELSE replace(translate(lower(regexp_replace(normalize({{text}}, NFKD), '{_MARKS}', '', 'g')), 'ς', 'σ'), 'ß', 'ss')
    END"""  # noqa: RUF001 - Greek it is


class Says(Func):
    """Whether a column of text holds the words, which come folded; a text that is null holds none.

    Nothing is stored for it: texts in ASCII, which most are, cost no more than their small letters.
    """

    output_field = BooleanField()

    def __init__(self, column: str, words: str) -> None:
        super().__init__(F(column))
        self.words = words

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:  # noqa: ARG002 - as Django calls it
        """Return the condition; the column stands in it several times, so it may hold no parameters."""
        text, given = compiler.compile(self.get_source_expressions()[0])
        assert not given
        folded = _FOLDED.format(text=text)
        if " " in self.words:
            folded = rf"regexp_replace({folded}, '\s+', ' ', 'g')"
        return f"COALESCE(strpos({folded}, %s) > 0, false)", (self.words,)
