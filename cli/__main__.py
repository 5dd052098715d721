"""Run the command as ``python -m cli``."""

from cli.app import main

main()
