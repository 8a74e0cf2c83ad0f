"""What goes wrong with backups, in sentences."""

from ledgerflow.core.errors import LedgerFlowError


class BackupError(LedgerFlowError):
    """A backup cannot be made or restored; the sentence says why and what to do."""


class DamagedDumpError(BackupError):
    """A dump is not what its manifest says; it was refused before anything was touched."""
