"""Column types that read and write alike on PostGIS and in a GeoPackage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import shapely
from geoalchemy2 import Geometry
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from boundaries.store.geopackage import SRID, decode, encode

RowNumber = BigInteger().with_variant(Integer(), "sqlite")
"""Type of the keys that the store gives to rows; SQLite counts up only what is ``INTEGER``."""


class _Blob(UserDefinedType[bytes]):
    """A geometry column of a GeoPackage: declared by its type, holding bytes."""

    cache_ok = True

    def __init__(self, geometry_type: str) -> None:
        self.geometry_type = geometry_type

    def get_col_spec(self, **_: Any) -> str:
        return self.geometry_type


class Place(TypeDecorator[BaseGeometry]):
    """A geometry in EPSG:4490: PostGIS ``geometry``, or a GeoPackage blob.

    Values are shapely geometries. What is written is read back to the bit: no text between.

    Parameters
    ----------
    geometry_type
        ``"GEOMETRY"``, ``"POINT"``, ….
    """

    impl = Geometry
    cache_ok = True

    def __init__(self, geometry_type: str = "GEOMETRY") -> None:
        super().__init__(geometry_type, srid=SRID, spatial_index=False)
        self.geometry_type = geometry_type

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        """Return the type that the database knows; GeoAlchemy2 asks without a database too."""
        if dialect is not None and dialect.name == "sqlite":
            return _Blob(self.geometry_type)
        return Geometry(self.geometry_type, srid=SRID, spatial_index=False)

    def bind_expression(self, bindparam: BindParameter[Any]) -> ColumnElement[Any]:
        """Bind the value as it is: both databases take it without a function around it."""
        return bindparam

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Read the column as it is."""
        return column

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what turns a geometry into a blob, or into PostGIS's hexadecimal form."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else encode(value)
        return lambda value: None if value is None else _to_hex(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Return what turns the stored form into a geometry."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else decode(value)
        return lambda value: None if value is None else shapely.from_wkb(value)


def _to_hex(geometry: BaseGeometry) -> str:
    placed = shapely.set_srid(geometry, SRID)
    return shapely.to_wkb(placed, hex=True, include_srid=True, byte_order=1)


def to_milliseconds(moment: datetime) -> datetime:
    """Return an aware moment in UTC, cut to the milliseconds that the store keeps."""
    if moment.tzinfo is None:
        msg = f"a moment without a zone: {moment}"
        raise ValueError(msg)
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class _StandardMoment(UserDefinedType[str]):
    """The ``DATETIME`` of the GeoPackage standard: a text in UTC that sorts as time does."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DATETIME"


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept to the millisecond in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        return _StandardMoment() if dialect.name == "sqlite" else DateTime(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Cut to milliseconds."""
        if value is None:
            return None
        moment = to_milliseconds(value)
        if dialect.name != "sqlite":
            return moment
        return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return it aware, in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            value = datetime.fromisoformat(value)
        return value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A small structure kept as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write it with its keys sorted."""
        return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read it."""
        return None if value is None else orjson.loads(value)
