"""What the solver is told about projects, out of an index, direct references and the target's tags.

Every question has two forms: one that answers from memory and the cache at once or not at all (None), and one that may
wait for the network and is called by threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from packaging.version import Version

from elfin.errors import Malformed, MalformedMetadata, NoWheel, Refused
from elfin.formats import wheelname
from elfin.index.listing import Listing
from elfin.index.model import File, Offer, offer_of
from elfin.index.net import Index
from elfin.resolve.choose import FileChoices
from elfin.resolve.model import Unusable
from elfin.resolve.source import Dependencies, Missing
from elfin.tags import match
from elfin.tags.model import TagSet

Key = tuple[str, int | None]
"""(project, None) for its versions, (project, index) for what one version depends on."""


class Projects:
    """One run's view of all projects, for one target. Safe for threads."""

    def __init__(
        self,
        index: Index,
        tags: TagSet,
        python_version: Version,
        *,
        references: Mapping[str, File] | None = None,
        hashes: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """Direct references by normalised name; `hashes`: "algorithm:hex" that files of a project are held to."""
        self._index = index
        self._tags = tags
        self._python_version = python_version
        self._references = dict(references or {})
        self._hashes = dict(hashes or {})
        self._choices: dict[str, FileChoices | Missing] = {}
        self._ranks: dict[str, int | None] = {}
        """By what follows name and version in a wheel's name."""

    @property
    def index(self) -> Index:
        """Where the answers come from."""
        return self._index

    def at_hand(self, key: Key) -> object | None:
        """What the solver is to be told of a project (None) or of one version, if no network is needed to know it."""
        name, index = key
        return self.cached_choices(name) if index is None else self.cached_dependencies(name, index)

    def answer(self, key: Key) -> object:
        """The same, from the network if need be. Raises Unreachable, ..."""
        name, index = key
        return self.choices(name) if index is None else self.dependencies(name, index)

    def order(self, key: Key) -> str | tuple[object, ...] | None:
        """What to ask the index for, as `Index.keep` takes it; None: nothing, the answer needs no index."""
        name, index = key
        if index is None:
            return name
        file = self.file(name, index)
        return None if isinstance(file, Unusable) else tuple(file)

    def cached_choices(self, name: str) -> FileChoices | Missing | None:
        """The versions of a project if no network is needed to know them."""
        if name in self._choices or name in self._references:
            return self.choices(name)
        known = self._index.at_hand(name)
        return None if known is None else self._keep(name, known.listing)

    def choices(self, name: str) -> FileChoices | Missing:
        """The versions of a project. Raises Unreachable, MalformedPage, ..."""
        found = self._choices.get(name)
        if found is None:
            reference = self._references.get(name)
            found = self._keep(name, self._index.listing(name)) if reference is None else self._only(name, reference)
        return found

    def cached_dependencies(self, name: str, index: int) -> Dependencies | Unusable | None:
        """What a version requires if no network is needed to know it."""
        file = self.file(name, index)
        if isinstance(file, Unusable):
            return file
        try:
            found = self._index.dependencies_at_hand(file)
        except MalformedMetadata as error:
            return _unreadable(error)
        return None if found is None else _left_to_say(found, file)

    def dependencies(self, name: str, index: int) -> Dependencies | Unusable:
        """What a version requires, read from the file that would be installed."""
        file = self.file(name, index)
        if isinstance(file, Unusable):
            return file
        try:
            found = self._index.dependencies(file)
        except MalformedMetadata as error:
            return _unreadable(error)
        return Unusable("metadata", "has no metadata") if found is None else _left_to_say(found, file)

    def file(self, name: str, index: int) -> File | Unusable:
        """The file to install for a version that the solver was told of."""
        choices = self.choices(name)
        return Unusable("files", "is not there") if isinstance(choices, Missing) else choices.file(index)

    def files(self, name: str, index: int) -> Sequence[File]:
        """Every file of a version, for hashes."""
        reference = self._references.get(name)
        if reference is not None:
            return (reference,)
        listing = self._index.listing(name)
        return () if listing is None else listing.files(index)

    def rank(self, filename: str) -> int | None:
        """The place of a wheel in the target's order of tags, None: it does not fit."""
        tags = filename.split("-", 2)[-1]
        if tags in self._ranks:  # a page's thousand wheels have a hundred endings
            return self._ranks[tags]
        try:
            found = match.match(self._tags, wheelname.parse(filename))
        except Malformed:
            return None
        rank = self._ranks[tags] = None if found is None else found.rank
        return rank

    def misfit(self, filenames: Sequence[str]) -> str:
        """One clause about the wheel that comes nearest to fitting."""
        from elfin.tags import explain

        misses = []
        for filename in filenames:
            try:
                misses.append(match.why_not(self._tags.target, wheelname.parse(filename)))
            except Malformed:
                continue
        return explain.nearest(misses) if misses else ""

    def other_pythons(self) -> Callable[[str, int], bool]:
        """Whether a version has a wheel for some other Python that this place could have."""
        from elfin.flows import explain_help

        fits = explain_help.another_python(self._tags.target)
        return lambda name, index: fits(self.files(name, index))

    def machine(self) -> str:
        """The target in words."""
        from elfin.tags import explain

        return explain.machine(self._tags.target)

    def _keep(self, name: str, listing: Listing | None) -> FileChoices | Missing:
        found = Missing() if listing is None else self._file_choices(listing, self._hashes.get(name))
        return self._choices.setdefault(name, found)

    def _file_choices(self, listing: Listing, hashes: frozenset[str] | None) -> FileChoices:
        def held(index: int) -> Offer:
            listed = listing.files(index)
            allowed = [
                file for file in listed if any(f"{name}:{hex_}" in promised for name, hex_ in file.hashes.items())
            ]
            # With none that fits, the download says which hash it has and which it should have.
            return offer_of(allowed if any(self.rank(file.filename) is not None for file in allowed) else listed)

        promised = hashes or frozenset()
        offer = listing.offer if hashes is None else held
        return FileChoices(
            listing.versions, offer, rank=self.rank, misfit=self.misfit, python_version=self._python_version
        )

    def _only(self, name: str, reference: File) -> FileChoices:
        """A direct reference: one version, one file, which has to fit."""
        parsed = wheelname.parse(reference.filename)
        if self.rank(reference.filename) is None:
            from elfin.tags import explain

            sentence = explain.sentence(match.why_not(self._tags.target, parsed))
            raise NoWheel(f"{reference.filename} {sentence}", hints=(f"the target is {self.machine()}",))
        version = Version(parsed.version)
        choices = FileChoices(
            [version],
            lambda _: offer_of((reference,)),
            rank=self.rank,
            misfit=self.misfit,
            python_version=self._python_version,
        )
        if name in self._hashes and not reference.hashes:
            raise Refused(f"{reference.filename} is to be checked against hashes, which needs its own hash first")
        self._choices[name] = choices
        return choices


def _unreadable(error: MalformedMetadata) -> Unusable:
    return Unusable("metadata", f"has metadata that cannot be read ({error.message})")


def _left_to_say(found: Dependencies, file: File) -> Dependencies:
    """What the index says of the file was judged when it was chosen; METADATA is asked where the index is silent."""
    return found if file.requires_python is None else found._replace(requires_python=None)
