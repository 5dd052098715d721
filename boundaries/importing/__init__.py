"""A town's files in, a town and its plan out: all of it, or every problem and nothing."""

from boundaries.importing.reading import Imported, ReadLayer, read_files
from boundaries.importing.sources import SourceFile, parse_source, sources_in

__all__ = ["Imported", "ReadLayer", "SourceFile", "parse_source", "read_files", "sources_in"]
