"""Why a decision about a line, or a rule, is refused."""

from ledgerflow.core.errors import LedgerFlowError


class ClassificationError(LedgerFlowError):
    """What was asked cannot be done to the line."""


class UnknownLineError(ClassificationError):
    """The book has no such line to decide about."""


class PostedLineError(ClassificationError):
    """The line is in the journal; reverse its entry first."""


class MatchedLineError(ClassificationError):
    """The line is matched with an entry; take the match apart first."""


class HeldLineError(ClassificationError):
    """The line is held back or pending."""


class SplitError(ClassificationError):
    """The parts do not make up the line."""


class TooLongError(ClassificationError):
    """What a person wrote is longer than is kept; nothing of it is cut in silence."""


class WrongAccountError(ClassificationError):
    """The account is not one the line can be booked to."""


class OwnTaxLineError(ClassificationError):
    """The chart of the book has no such tax line for the account."""


class BusinessUseError(ClassificationError):
    """What was given is no business use, or there is nowhere for the private part to go."""


class NothingToUndoError(ClassificationError):
    """There is no change left that can be undone."""


class OthersMatchError(ClassificationError):
    """Other lines match by now than the person was shown."""


class RuleError(ClassificationError):
    """The rule cannot be as asked."""


class SearchError(RuleError):
    """The text is no search; ``word`` is what is wrong, and in the ``text`` it stands from ``start`` to before ``end``.

    Both are counted from 0, in the text as it was read. There the word may have quotation marks or a colon as well.
    """

    def __init__(self, why: str, *, word: str, text: str, start: int, end: int) -> None:
        super().__init__(f"{why}: “{word}”, letter {start + 1}.")
        self.word, self.text, self.start, self.end = word, text, start, end


class PromiseError(ClassificationError):
    """The promise cannot be switched so."""


class StageError(ClassificationError):
    """The stage cannot be switched so."""


class SharingError(ClassificationError):
    """Learning between books cannot be switched so."""


class PayeeError(ClassificationError):
    """The payee cannot be changed so, or is not there."""


class PayeeTakenError(PayeeError):
    """Another payee has the name; merging would make one of both."""


class TagError(ClassificationError):
    """A tag cannot be called so, or is not there."""


class TagTakenError(TagError):
    """Another tag has the name; merging would make one of both."""
