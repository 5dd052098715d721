"""Two plans of a town side by side: what is better, what is worse, and for whom."""

from boundaries.comparing.comparison import Comparison, LevelChange, compare

__all__ = ["Comparison", "LevelChange", "compare"]
