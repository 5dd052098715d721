"""The web side: lookups, grids, plans and pages over HTTP."""

from api.application import create_app
from api.serving import serve

__all__ = ["create_app", "serve"]
