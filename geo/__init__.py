"""Shapes and places: datums, layers, coverages, addresses. Knows no grid, no store, no web."""
