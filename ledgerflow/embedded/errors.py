class EmbeddedError(Exception):
    """The embedded server cannot do what was asked; the text says what, where, and what to do."""


class StillStartingError(EmbeddedError):
    """The server is being started and takes longer than the caller wanted to wait."""
