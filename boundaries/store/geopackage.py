"""A GeoPackage on the standard sqlite3: its tables, its blobs, its SQL functions, its index.

No extension is loaded: the few functions that the R-tree triggers of the GeoPackage standard call
read a blob's header, which carries the envelope. GDAL and QGIS open, query and edit the file.
Standard: OGC 12-128r17 (GeoPackage 1.3).
"""

from __future__ import annotations

# ruff: noqa: S608 - names of tables cannot be bound; they come from our migrations alone
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

APPLICATION_ID = 0x47504B47
"""``GPKG`` in ASCII."""

USER_VERSION = 10300

SRID = 4490

BUSY_TIMEOUT_S = 30.0

_HEADER = struct.Struct("<2sBBi")
_ENVELOPE = struct.Struct("<4d")
_LITTLE_ENDIAN, _EMPTY, _WITH_ENVELOPE = 0x01, 0x10, 0x02
_ENVELOPE_DOUBLES = (0, 4, 6, 6, 8)

_BASE_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL PRIMARY KEY,
    organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL,
    description TEXT
);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY,
    data_type TEXT NOT NULL,
    identifier TEXT UNIQUE,
    description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL,
    m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
    table_name TEXT,
    column_name TEXT,
    extension_name TEXT NOT NULL,
    definition TEXT NOT NULL,
    scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
)
"""

# Annex F.3 of the standard. An upsert or a changed rowid takes update triggers 2 to 4.
_INDEX = """
CREATE VIRTUAL TABLE rtree_{t}_{c} USING rtree(id, minx, maxx, miny, maxy);
CREATE TRIGGER rtree_{t}_{c}_insert AFTER INSERT ON {t}
WHEN (NEW.{c} NOT NULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN
    INSERT OR REPLACE INTO rtree_{t}_{c} VALUES (NEW.fid,
        ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c}));
END;
CREATE TRIGGER rtree_{t}_{c}_update1 AFTER UPDATE OF {c} ON {t}
WHEN OLD.fid = NEW.fid AND (NEW.{c} NOT NULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN
    INSERT OR REPLACE INTO rtree_{t}_{c} VALUES (NEW.fid,
        ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c}));
END;
CREATE TRIGGER rtree_{t}_{c}_update2 AFTER UPDATE OF {c} ON {t}
WHEN OLD.fid = NEW.fid AND (NEW.{c} IS NULL OR ST_IsEmpty(NEW.{c}))
BEGIN
    DELETE FROM rtree_{t}_{c} WHERE id = OLD.fid;
END;
CREATE TRIGGER rtree_{t}_{c}_update3 AFTER UPDATE ON {t}
WHEN OLD.fid != NEW.fid AND (NEW.{c} NOT NULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN
    DELETE FROM rtree_{t}_{c} WHERE id = OLD.fid;
    INSERT OR REPLACE INTO rtree_{t}_{c} VALUES (NEW.fid,
        ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c}));
END;
CREATE TRIGGER rtree_{t}_{c}_update4 AFTER UPDATE ON {t}
WHEN OLD.fid != NEW.fid AND (NEW.{c} IS NULL OR ST_IsEmpty(NEW.{c}))
BEGIN
    DELETE FROM rtree_{t}_{c} WHERE id IN (OLD.fid, NEW.fid);
END;
CREATE TRIGGER rtree_{t}_{c}_delete AFTER DELETE ON {t}
WHEN OLD.{c} NOT NULL
BEGIN
    DELETE FROM rtree_{t}_{c} WHERE id = OLD.fid;
END
"""

Execute = Callable[[str], object]


def encode(geometry: BaseGeometry) -> bytes:
    """Return a geometry of EPSG:4490 as a GeoPackage blob with its envelope."""
    body = shapely.to_wkb(geometry, byte_order=1, include_srid=False)
    if geometry.is_empty:
        return _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN | _EMPTY, SRID) + body
    west, south, east, north = geometry.bounds
    head = _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN | _WITH_ENVELOPE, SRID)
    return head + _ENVELOPE.pack(west, east, south, north) + body


def decode(blob: bytes) -> BaseGeometry:
    """Return the geometry of a GeoPackage blob, whoever wrote it.

    Raises
    ------
    ValueError
        The blob is none of a GeoPackage.
    """
    return shapely.from_wkb(blob[_body_start(blob) :])


def _body_start(blob: bytes) -> int:
    if blob[:2] != b"GP":
        msg = "not a GeoPackage geometry"
        raise ValueError(msg)
    return _HEADER.size + 8 * _ENVELOPE_DOUBLES[blob[3] >> 1 & 0x07]


def _envelope(blob: bytes) -> tuple[float, ...]:
    """Return west, east, south, north; from the header, where it is there."""
    if blob[3] >> 1 & 0x07:
        order = "<" if blob[3] & _LITTLE_ENDIAN else ">"
        return struct.unpack_from(f"{order}4d", blob, _HEADER.size)
    west, south, east, north = decode(blob).bounds
    return west, east, south, north


def prepare_connection(connection: sqlite3.Connection) -> None:
    """Give a connection what the triggers call, and make its commits safe.

    WAL lets readers read while one writes; a full sync lets no acknowledged commit be lost.
    """
    connection.isolation_level = None  # our own BEGIN IMMEDIATE, no silent one by the driver
    connection.create_function(
        "ST_IsEmpty", 1, lambda blob: blob and int(bool(blob[3] & _EMPTY)), deterministic=True
    )
    for place, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(
            name, 1, lambda blob, place=place: blob and _envelope(blob)[place], deterministic=True
        )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def mark_file(connection: sqlite3.Connection) -> None:
    """Mark an empty SQLite file as a GeoPackage, then turn its write-ahead log on.

    In this order: the mark cannot be set once the log is on and others read. SQLite does not wait
    for others who do the same at this moment, so it is done again until it is done.
    """
    patience = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {USER_VERSION}")
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # of any extended kind
            if not busy or time.monotonic() > patience:
                raise
            time.sleep(0.01)
        else:
            return


def create_base_tables(execute: Execute) -> None:
    """Create the standard's own tables, with CGCS2000 beside the reference systems required."""
    for statement in _BASE_TABLES.split(";"):
        execute(statement)
    undefined = "('{name}', {id}, 'NONE', {id}, 'undefined', '{description}')"
    execute(
        "INSERT INTO gpkg_spatial_ref_sys VALUES "
        + undefined.format(name="Undefined Cartesian SRS", id=-1, description="undefined cartesian")
        + ", "
        + undefined.format(
            name="Undefined geographic SRS", id=0, description="undefined geographic"
        )
    )
    for code, name in ((4326, "WGS 84 geodetic"), (SRID, "China Geodetic Coordinate System 2000")):
        definition = pyproj.CRS.from_epsg(code).to_wkt("WKT1_GDAL").replace("'", "''")
        execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES "
            f"('{name}', {code}, 'EPSG', {code}, '{definition}', NULL)"
        )
    execute(
        "CREATE TRIGGER gpkg_keeps_crs BEFORE DELETE ON gpkg_spatial_ref_sys "
        f"WHEN OLD.srs_id = {SRID} "
        "BEGIN SELECT RAISE(ABORT, 'the store is in EPSG:4490'); END"
    )


def register_attributes(execute: Execute, table: str, title: str) -> None:
    """Let other programs see a table without places."""
    execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) "
        f"VALUES ('{table}', 'attributes', '{table}', '{title}')"
    )


def register_place(
    execute: Execute, table: str, title: str, *, geometry_type: str, column: str = "geometry"
) -> None:
    """Let other programs see a table or view with places, without an index; in EPSG:4490."""
    execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        f"VALUES ('{table}', 'features', '{table}', '{title}', {SRID})"
    )
    execute(
        "INSERT INTO gpkg_geometry_columns "
        f"VALUES ('{table}', '{column}', '{geometry_type}', {SRID}, 0, 0)"
    )


def register_features(
    execute: Execute, table: str, title: str, *, geometry_type: str, column: str = "geometry"
) -> None:
    """Make a table a feature table in EPSG:4490, with an R-tree kept by triggers.

    Parameters
    ----------
    execute
        Runs one statement.
    table, column
        An existing table with primary key ``fid``, and its column of blobs.
    title
        Description shown by other programs.
    geometry_type
        As the standard names it, such as ``"GEOMETRY"`` or ``"POINT"``.
    """
    register_place(execute, table, title, geometry_type=geometry_type, column=column)
    for statement in _statements(_INDEX.format(t=table, c=column)):
        execute(statement)
    execute(
        "INSERT INTO gpkg_extensions VALUES ("
        f"'{table}', '{column}', 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')"
    )


def unregister(execute: Execute, table: str, column: str | None = "geometry") -> None:
    """Take a table out of the standard's tables, its R-tree too; the table itself stays."""
    if column is not None:
        for name in ("insert", "update1", "update2", "update3", "update4", "delete"):
            execute(f"DROP TRIGGER IF EXISTS rtree_{table}_{column}_{name}")
        execute(f"DROP TABLE IF EXISTS rtree_{table}_{column}")
        execute(f"DELETE FROM gpkg_extensions WHERE table_name = '{table}'")
        execute(f"DELETE FROM gpkg_geometry_columns WHERE table_name = '{table}'")
    execute(f"DELETE FROM gpkg_contents WHERE table_name = '{table}'")


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script whose triggers have semicolons inside."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip().rstrip(";")
            statement = ""
    if statement.strip():
        yield statement.strip()
