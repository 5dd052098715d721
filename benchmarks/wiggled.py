"""Coverages of many polygons whose shared borders wiggle, on the lattice of the stored layers."""

from __future__ import annotations

import numpy as np
import shapely

STEPS = 10_000_000
_SPACING = 40_000
_WAVES = 12


def coverage(rows: int, columns: int, vertices: int, *, seed: int = 0) -> np.ndarray:
    """Return ``rows × columns`` polygons of about ``vertices`` vertices each, row by row.

    Neighbours share every vertex of the border between them. Borders wander by some tenth of a
    polygon's width, at all wavelengths.
    """
    random = np.random.default_rng(seed)
    between = max(round((vertices - 1) / 4) - 1, 0)
    nodes = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1)
    nodes += random.uniform(-0.1, 0.1, nodes.shape)
    across = _lines(nodes[:, :-1], nodes[:, 1:], between, random)
    along = _lines(nodes[:-1], nodes[1:], between, random)
    nodes = np.rint(nodes * _SPACING)
    rings = np.concatenate(
        [
            nodes[:-1, :-1, None],
            across[:-1],
            nodes[:-1, 1:, None],
            along[:, 1:],
            nodes[1:, 1:, None],
            across[1:, :, ::-1],
            nodes[1:, :-1, None],
            along[:, :-1, ::-1],
            nodes[:-1, :-1, None],
        ],
        axis=2,
    )
    rings += [1_000_000_000, 300_000_000]
    rings = rings.reshape(rows * columns, -1, 2)
    return shapely.polygons(shapely.linearrings(rings / STEPS))


def _lines(
    start: np.ndarray, end: np.ndarray, between: int, random: np.random.Generator
) -> np.ndarray:
    """Return the vertices between start and end of wandering lines, in whole steps."""
    share = np.linspace(0, 1, between + 2)[1:-1]
    wave = np.arange(1, _WAVES + 1)
    height = random.normal(0, 0.06, (*start.shape[:-1], _WAVES)) / wave**1.2
    cone = 0.35 * np.minimum(share, 1 - share)  # so that lines meet at their ends alone
    offset = np.clip(height @ np.sin(np.pi * wave[:, None] * share), -cone, cone)
    way = end - start
    normal = np.stack([-way[..., 1], way[..., 0]], axis=-1)
    placed = start[..., None, :] + way[..., None, :] * share[:, None]
    return np.rint((placed + normal[..., None, :] * offset[..., None]) * _SPACING)
