"""API keys: shown once, kept as a keyed hash.

A secret is 256 random bits, so no guessing is slowed down by a slow hash; a fast one, salted by
key, is as safe and lets every request be checked.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from boundaries.store.events import now, record
from boundaries.store.models import KeyRow
from boundaries.store.records import KeyRecord
from geo.problem import input_error

SCOPES = ("dispatcher", "planner", "admin")

_MARK = "wangge"
_TABLE = KeyRow.__table__
_RECORD = tuple(
    _TABLE.c[name] for name in ("id", "name", "scopes", "created_at", "created_by", "revoked_at")
)


def create(connection: Connection, name: str, scopes: Sequence[str], actor: str) -> str:
    """Make a key; return its secret, which is kept nowhere."""
    for scope in scopes:
        if scope not in SCOPES:
            raise input_error("store.no_such_scope", value=scope, known="、".join(SCOPES))
    if not scopes:
        raise input_error("store.no_such_scope", value="", known="、".join(SCOPES))
    if name in connection.scalars(select(_TABLE.c.name).where(_TABLE.c.revoked_at.is_(None))):
        raise input_error("store.key_exists", value=name)
    key_id, salt = secrets.token_hex(6), secrets.token_hex(16)
    secret = f"{_MARK}_{key_id}_{secrets.token_urlsafe(32)}"
    connection.execute(
        insert(KeyRow),
        [
            {
                "id": key_id,
                "name": name,
                "scopes": sorted(set(scopes)),
                "salt": salt,
                "secret_hash": _hash(secret, salt),
                "created_at": now(),
                "created_by": actor,
            }
        ],
    )
    record(connection, actor, "key.created", name, id=key_id, scopes=sorted(set(scopes)))
    return secret


def verify(connection: Connection, secret: str) -> KeyRecord | None:
    """Return the key that a secret opens; None where it opens none, or a revoked one."""
    mark, _, rest = secret.partition("_")
    key_id = rest.partition("_")[0]
    if mark != _MARK or not key_id:
        return None
    found = connection.execute(
        select(_TABLE).where(_TABLE.c.id == key_id, _TABLE.c.revoked_at.is_(None))
    ).one_or_none()
    if found is None or not hmac.compare_digest(_hash(secret, found.salt), found.secret_hash):
        return None
    return KeyRecord(
        found.id, found.name, tuple(found.scopes), found.created_at, found.created_by, None
    )


def live(connection: Connection, *, revoked: bool) -> list[KeyRecord]:
    """Return the keys in force, by name; the revoked ones too where wanted."""
    query = select(*_RECORD).order_by(_TABLE.c.name, _TABLE.c.created_at)
    if not revoked:
        query = query.where(_TABLE.c.revoked_at.is_(None))
    return [
        KeyRecord(key_id, name, tuple(scopes), *rest)
        for key_id, name, scopes, *rest in connection.execute(query)
    ]


def revoke(connection: Connection, name: str, actor: str) -> None:
    """Make the key of a name worthless from now on."""
    changed = connection.execute(
        update(KeyRow)
        .where(KeyRow.name == name, KeyRow.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    if changed.rowcount != 1:
        known = "、".join(key.name for key in live(connection, revoked=False)) or "—"
        raise input_error("store.no_such_key", value=name, known=known)
    record(connection, actor, "key.revoked", name)


def _hash(secret: str, salt: str) -> str:
    return hashlib.blake2b(
        secret.encode("utf-8", "surrogatepass"), key=salt.encode(), digest_size=32
    ).hexdigest()
