"""The HTTP side: lookups, grids, plans and pages over one snapshot."""
