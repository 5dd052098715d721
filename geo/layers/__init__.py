"""Read and write vector and table files against a schema."""

from geo.layers.lattice import on_lattice, rounded_degrees
from geo.layers.mapping import LayerMapping, MappedSource, MappingFile, read_mapping
from geo.layers.osm import OSM_LAYERS, read_osm
from geo.layers.reading import Reading, read_layer, read_source
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
from geo.layers.shapes import valid_areas
from geo.layers.source import DEFAULT_LIMITS, SUFFIXES, Limits
from geo.layers.writing import write_layer

__all__ = [
    "DEFAULT_LIMITS",
    "GEOMETRY_TYPES",
    "LATTICE_DEGREES",
    "LAYERS",
    "OSM_LAYERS",
    "SCHEMAS",
    "STORED_CRS",
    "SUFFIXES",
    "TABLES",
    "LayerMapping",
    "Limits",
    "MappedSource",
    "MappingFile",
    "Reading",
    "conform",
    "empty_layer",
    "empty_table",
    "on_lattice",
    "read_layer",
    "read_mapping",
    "read_osm",
    "read_source",
    "rounded_degrees",
    "valid_areas",
    "write_layer",
]
