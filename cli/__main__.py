"""Run the command as ``python -m cli``."""

from cli.app import main

if __name__ == "__main__":  # a worker's process reads this file too
    main()
