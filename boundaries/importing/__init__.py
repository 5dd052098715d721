"""A town's files in, a town and its plan out: all of it, or every problem and nothing."""

from boundaries.importing.imported import Edited, Imported, ReadLayer
from boundaries.importing.reading import read_files
from boundaries.importing.sources import SourceFile, parse_source, sources_in

__all__ = [
    "Edited",
    "Imported",
    "ReadLayer",
    "SourceFile",
    "parse_source",
    "read_files",
    "sources_in",
]
