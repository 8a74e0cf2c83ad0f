"""What the registry refuses, in sentences."""

from ledgerflow.core.errors import LedgerFlowError


class RegistryError(LedgerFlowError):
    """The tool cannot be registered, enabled, remapped or configured like this."""


class ConfigurationError(RegistryError):
    """The settings do not fit the tool's schema, or are incomplete."""


class SecretMissingError(ConfigurationError):
    """What a reference to a secret points at is not there, or cannot be read."""
