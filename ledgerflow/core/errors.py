"""The family of errors that people see."""


class LedgerFlowError(Exception):
    """Something a person can act on: the message says what, where and what to do."""
