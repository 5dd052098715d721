"""What a grid is, when a plan of grids is good, and how it changes."""
