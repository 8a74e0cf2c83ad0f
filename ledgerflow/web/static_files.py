"""Static files under names that change with their content, so that browsers keep them for ever."""

import logging
from urllib.parse import unquote, urldefrag, urlsplit

from whitenoise.storage import CompressedManifestStaticFilesStorage

logger = logging.getLogger(__name__)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise is not typed
    """A file that `collectstatic` has not seen keeps its plain name, and is reported once: no error page for that."""

    manifest_strict = False

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._reported: set[str] = set()

    def stored_name(self, name: str) -> str:
        """Return the name with its hash, or as it is where the manifest does not have it."""
        clean = self.clean_name(urlsplit(unquote(urldefrag(name)[0])).path.strip())
        if self.hash_key(clean) in self.hashed_files:
            return str(super().stored_name(name))
        if name not in self._reported:
            self._reported.add(name)
            logger.error(
                "The static file %s is not in the manifest; its plain name is used. Run `manage.py collectstatic`.",
                name,
            )
        return name

    def hashed_name(self, name: str, content: object = None, filename: str | None = None) -> str:
        """Return the name with its hash, or as it is where there is no such file."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name
