"""age, by pyrage: whoever makes backups knows only the public key and could not read a single one of them."""

from pathlib import Path

import pyrage

from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError


def encrypt(source: Path, into: Path, *, recipient: str) -> None:
    """Encrypt a file to the holder of the private key.

    Raises:
        BackupError: the key is none, or the disk is full.
    """
    try:
        pyrage.encrypt_file(str(source), str(into), [pyrage.x25519.Recipient.from_str(recipient)])
        into.chmod(0o600)
    except (OSError, pyrage.RecipientError, pyrage.EncryptError) as error:
        raise BackupError(f"{source.name} cannot be encrypted: {error}") from error


def decrypt(source: Path, into: Path, *, identity: Path | None) -> None:
    """Decrypt a file with the private key in the file ``identity``.

    Raises:
        BackupError: no key is given, or it is not the right one.
        DamagedDumpError: the file was changed or cut off.
    """
    if identity is None:
        raise BackupError(
            f"{source.name} is encrypted: name the file of the private key with --identity FILE."
        )
    try:
        lines = (line.strip() for line in identity.read_text(encoding="ascii").splitlines())
        words = next((line for line in lines if line and not line.startswith("#")), "")
        key = pyrage.x25519.Identity.from_str(words)
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise BackupError(f"{identity} holds no private key of age: {error}") from error
    try:
        into.touch(mode=0o600)
        pyrage.decrypt_file(str(source), str(into), [key])
    except (OSError, pyrage.DecryptError) as error:
        raise DamagedDumpError(f"{source} cannot be decrypted with {identity}: {error}") from error
