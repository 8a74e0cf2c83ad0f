class EmbeddedError(Exception):
    """The embedded server cannot do what was asked; the text says what, where, and what to do."""
