/* The published grids of the public page: where a point lies, what is near it, and how they are
   drawn and named. Their names come from the text list, their shapes from the page's data. */
"use strict";

Town.readGrids = () => {
  const { data, inside, borderDistance } = Town;

  const grids = new Map();
  for (const [code, level, parent, parts] of data.grids) {
    const shape = Town.polygon(parts);
    const entry = document.getElementById(`g-${code}`);
    if (!entry) continue;
    const name = entry.querySelector("b").textContent;
    grids.set(code, { code, level, parent, shape, box: Town.box(shape), entry, name });
  }
  const levels = [...new Set([...grids.values()].map((grid) => grid.level))].sort();
  const finest = levels.at(-1);

  /** Every grid of the finest level that holds a point. */
  function gridsAt(lat, lng, level = finest) {
    return [...grids.values()].filter(
      ({ level: own, box, shape }) =>
        own === level && lat <= box.n && lat >= box.s && lng <= box.e && lng >= box.w &&
        inside(lat, lng, shape),
    );
  }

  function lineage(code) {
    const found = [];
    for (let grid = grids.get(code); grid; grid = grids.get(grid.parent)) found.push(grid);
    return found;
  }

  function neighbourOf(grid, lat, lng) {
    let nearest = null;
    let least = 10;
    const reach = 0.0002;
    for (const other of grids.values()) {
      if (other === grid || other.level !== grid.level) continue;
      const { n, e, s, w } = other.box;
      if (lat > n + reach || lat < s - reach || lng > e + reach || lng < w - reach) continue;
      const metres = borderDistance(lat, lng, other.shape);
      if (metres < least) [nearest, least] = [other, metres];
    }
    return nearest;
  }

  // ── What the page knows by name ──────────────────────────────────────────────────────────────
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s,，。、·\-—–#]/g, "");
  const estates = data.base.estates
    .filter(([, name]) => name)
    .map(([kind, name, parts, x, y]) => {
      let shape;
      const ground = () => (shape ??= Town.polygon(parts));
      return { kind, name, key: plain(name), ground, at: Town.latLng(x, y) };
    });
  const names = [...grids.values()].map((grid) => ({ grid, key: plain(grid.name) }));

  /** A grid as residents know it: the buildings in it, else its name. */
  function inWords({ name, box, shape }) {
    const holds = ([lat, lng]) =>
      lat <= box.n && lat >= box.s && lng <= box.e && lng >= box.w && inside(lat, lng, shape);
    const byEstate = new Map();
    for (const [number, x, y] of data.base.numbers) {
      const at = Town.latLng(x, y);
      if (!holds(at)) continue;
      const around = estates.find(({ ground }) => inside(at[0], at[1], ground()))?.name ?? "";
      byEstate.set(around, [...(byEstate.get(around) ?? []), number]);
    }
    if (!byEstate.size) return name;
    const words = [...byEstate].map(
      ([around, numbers]) => `${around} ${numbers.slice(0, 5).join("、")}${numbers.length > 5 ? "……" : ""}`,
    );
    return words.slice(0, 3).join("；").trim();
  }

  // ── On the map ───────────────────────────────────────────────────────────────────────────────
  const LINES = { 1: { color: "#0b5d53", weight: 2.2, opacity: 0.85 }, 2: { color: "#2f7a70", weight: 1.3, opacity: 0.7 }, 3: { color: "#56958c", weight: 0.9, opacity: 0.65 } };
  const SHOWN_FROM = { 1: 0, 2: 14.5, 3: 16 };

  function draw(map) {
    map.createPane("grids").style.zIndex = 350;
    map.getPane("grids").style.pointerEvents = "none";
    const renderer = L.canvas({ pane: "grids", padding: 0.3 });
    const drawn = {};
    for (const level of [...levels].reverse()) {
      const parts = [...grids.values()].filter((grid) => grid.level === level).flatMap((grid) => grid.shape);
      drawn[level] = L.polygon(parts, {
        renderer, pane: "grids", interactive: false, fill: false, smoothFactor: 0.5, ...(LINES[level] ?? LINES[3]),
      });
    }
    const fit = () => {
      drawn[levels[0]].options.weight = map.getZoom() < 15 ? 1.3 : 2.2;
      for (const [level, layer] of Object.entries(drawn)) {
        const wanted = map.getZoom() >= (SHOWN_FROM[level] ?? 16) || Number(level) === levels[0];
        if (wanted !== map.hasLayer(layer)) wanted ? layer.addTo(map) : layer.remove();
      }
    };
    map.on("zoomend", fit);
    fit();
  }

  /** Communities from afar, then grids of the first and the second level, each in its middle. */
  function labels() {
    const found = [];
    for (const section of document.querySelectorAll(".community")) {
      const community = section.querySelector("h3").textContent;
      const tops = [...section.querySelectorAll(":scope > ul > .grid")].map((entry) => grids.get(entry.id.slice(2)));
      const middle = (low, high) => tops.reduce((sum, { box }) => sum + (box[low] + box[high]) / 2, 0) / tops.length;
      found.push({ text: community, lat: middle("n", "s"), lng: middle("e", "w"), from: 12, until: 16.25, size: 15, kind: "grid name-community" });
      for (const { entry, level, name, shape, box } of [...section.querySelectorAll(".grid")].map((each) => grids.get(each.id.slice(2)))) {
        if (level > 2 || !entry) continue;
        const text = name.startsWith(community) ? name.slice(community.length) : name;
        const lat = (box.n + box.s) / 2;
        const lng = (box.e + box.w) / 2;
        if (!text || !inside(lat, lng, shape)) continue;
        const [from, until] = level === 1 ? [15.25, 16.75] : [16.75, 17.6];
        found.push({ text, lat, lng, from, until, room: (box.e - box.w) * (256 / 360) * 1.1, size: 12, kind: `grid name-grid-${level}` });
      }
    }
    return found;
  }

  return {
    grids, levels, gridsAt, lineage, neighbourOf, estates, names, plain, inWords, draw, labels,
  };
};
