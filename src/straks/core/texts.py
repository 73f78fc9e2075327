"""
The texts of a catalog, and what renders them, made when it is needed.

Setting Jinja up and parsing every file takes longer than all else that a first message needs. A catalog
whose files were found sound before, to the byte, can do without: it is told what its manifests say, and how
those texts are cut that are words and names alone. Whoever asks for more than that gets the renderer, which
then parses every file as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.core.rendering import Renderer
    from straks.core.straight import Straight
    from straks.errors import TemplateError

PAGE_FILE: Final = "email.html"


class Sound(NamedTuple):
    """What is known of the files of a catalog that were all found sound before, by their path in it."""

    cuts: Mapping[str, Straight]
    """How texts of words and names alone are cut."""
    manifests: Mapping[str, dict[str, Any]]
    """What manifests say, read as TOML and no further."""


class Texts:
    """
    The texts of one catalog; any number of threads may ask for them.

    Args:
        files: Template texts by their path in the catalog.
        broken: Where to note what is wrong instead of raising it.
        sound: What is known of *files*, where all of them are sound.

    Raises:
        BrokenTemplate: A file cannot be used.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        broken: list[TemplateError] | None = None,
        sound: Sound | None = None,
    ) -> None:
        self._files = files
        self._sound = sound
        self._made: list[Renderer] = []
        if sound is None:
            from straks.core.rendering import Renderer

            self._made.append(Renderer(files, broken=broken))

    @property
    def renderer(self) -> Renderer:
        """What renders them."""
        if not self._made:
            from straks.core.rendering import Renderer

            # Of two threads that come at once each makes one, and the first is everybody's.
            self._made.append(Renderer(self._files))
        return self._made[0]

    def cut(self, file: str) -> Straight | None:
        """Return *file*, cut at its names; None where it is more than words and names."""
        return self.renderer.cut(file) if self._sound is None else self._sound.cuts.get(file)
