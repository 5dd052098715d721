"""Read and write vector and table files against a schema."""

from geo.layers.schema import (
    GEOMETRY_TYPES,
    LATTICE_DEGREES,
    LAYERS,
    SCHEMAS,
    STORED_CRS,
    TABLES,
    conform,
    empty_layer,
    empty_table,
)

__all__ = [
    "GEOMETRY_TYPES",
    "LATTICE_DEGREES",
    "LAYERS",
    "SCHEMAS",
    "STORED_CRS",
    "TABLES",
    "conform",
    "empty_layer",
    "empty_table",
]
