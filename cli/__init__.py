"""The command `wangge`."""

from cli.app import main

__all__ = ["main"]
