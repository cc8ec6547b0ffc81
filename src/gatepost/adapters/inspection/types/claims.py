"""What do the names and the declared type say, together, and does the content give them the lie?"""

from collections.abc import Iterator

from gatepost.adapters.inspection.types.extensions import RISKY
from gatepost.adapters.inspection.types.kind import Kind
from gatepost.adapters.inspection.types.media import class_of_media
from gatepost.adapters.inspection.types.names import NameRead
from gatepost.model.inspection import FileClass, Trait
from gatepost.model.traits import MISLABELLED, NAMES_DIFFER

PLAIN = frozenset({
    FileClass.TEXT, FileClass.IMAGE, FileClass.MEDIA, FileClass.PDF, FileClass.HTML, FileClass.CALENDAR, FileClass.FONT,
})  # fmt: skip
PAPERS = PLAIN | {FileClass.OFFICE, FileClass.MESSAGE, FileClass.SIGNED}
READ = frozenset({FileClass.TEXT, FileClass.HTML, FileClass.MESSAGE})
SURPRISES = {
    FileClass.EXECUTABLE: PAPERS | {FileClass.ARCHIVE},
    FileClass.SCRIPT: PAPERS - {FileClass.TEXT, FileClass.HTML},
    FileClass.UNIX_SCRIPT: PAPERS - {FileClass.TEXT, FileClass.HTML},
    FileClass.SHORTCUT: PAPERS | {FileClass.ARCHIVE},
    FileClass.DISK_IMAGE: PAPERS | {FileClass.ARCHIVE},
    FileClass.HELP: PAPERS | {FileClass.ARCHIVE},
    FileClass.NOTEBOOK: PAPERS | {FileClass.ARCHIVE},
    FileClass.OFFICE_MACRO: PLAIN | {FileClass.ARCHIVE},
    FileClass.ARCHIVE: PLAIN,
}
"""By content: what a name must not say."""
OF_THEIR_OWN = frozenset({"svgz", "emz", "wmz"})  # compressed as such


def claimed(reads: tuple[NameRead, ...], declared: str) -> frozenset[FileClass]:
    """What a recipient is told; the declared type speaks where no name does."""
    by_name = frozenset(kind for read in reads if (kind := read.plain))
    if by_name or any(read.extensions[0] for read in reads):
        return by_name
    kind = class_of_media(declared)
    return frozenset() if kind is FileClass.UNKNOWN else frozenset({kind})


def is_read_as_text(reads: tuple[NameRead, ...], declared: str) -> bool:
    """Shown or opened in an editor, whatever stands in it: under every name."""
    is_text = declared.startswith("text/") or not (declared or reads)
    return all(all(kind in READ for kind in read.classes) and (read.plain in READ or is_text) for read in reads) and (
        bool(reads) or is_text
    )


def traits(reads: tuple[NameRead, ...], declared: str, kinds: list[Kind]) -> Iterator[Trait]:
    claims = claimed(reads, declared)
    own = any(read.extensions[0] in OF_THEIR_OWN for read in reads)
    for kind in kinds:
        lies = claims & SURPRISES.get(kind.file_class, frozenset())
        if lies and not own:
            yield Trait(MISLABELLED, f"{kind.media_type} as {'/'.join(sorted(lie.value for lie in lies))}")
            break
    plain = {read.plain for read in reads}
    if len(plain) > 1 and any(kind in RISKY for kind in plain):
        yield Trait(NAMES_DIFFER, "/".join(sorted(kind.value if kind else "unknown" for kind in plain)))
    seen: set[str] = set()
    for trait in (trait for read in reads for trait in read.traits):
        if trait.code not in seen:
            seen.add(trait.code)
            yield trait
