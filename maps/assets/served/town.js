/* What both map pages share: the page's data, shapes from whole numbers, the town drawn lightly
   on a canvas, and names that never cover one another. Texts reach the page as text nodes only. */
"use strict";

const Town = (() => {
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const { west, south, step } = data.frame;

  const latLng = (x, y) => [south + y * step, west + x * step];

  /** One path of steps → latitudes and longitudes. */
  function path(steps) {
    const found = new Array(steps.length / 2);
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      found[i / 2] = latLng(x, y);
    }
    return found;
  }

  const polygon = (parts) => parts.map((rings) => rings.map(path));

  /** Whether a point lies in a polygon's parts (even-odd, so holes are out). */
  function inside(lat, lng, parts) {
    let within = false;
    for (const rings of parts) {
      for (const ring of rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
          const [yi, xi] = ring[i];
          const [yj, xj] = ring[j];
          if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) {
            within = !within;
          }
        }
      }
    }
    return within;
  }

  /** Metres from a point to a polygon's border; flat, which is near enough within a town. */
  function borderDistance(lat, lng, parts) {
    const perLat = 111320;
    const perLng = perLat * Math.cos((lat * Math.PI) / 180);
    let least = Infinity;
    for (const rings of parts) {
      for (const ring of rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
          const ax = (ring[j][1] - lng) * perLng;
          const ay = (ring[j][0] - lat) * perLat;
          const dx = (ring[i][1] - lng) * perLng - ax;
          const dy = (ring[i][0] - lat) * perLat - ay;
          const along = -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1);
          const t = Math.max(0, Math.min(1, along));
          least = Math.min(least, Math.hypot(ax + t * dx, ay + t * dy));
        }
      }
    }
    return least;
  }

  function box(parts) {
    let [n, e, s, w] = [-90, -180, 90, 180];
    for (const rings of parts) {
      for (const [lat, lng] of rings[0]) {
        if (lat > n) n = lat;
        if (lat < s) s = lat;
        if (lng > e) e = lng;
        if (lng < w) w = lng;
      }
    }
    return { n, e, s, w };
  }

  /** An element with attributes and children; strings become text, never HTML. */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") {
        for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
      } else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) {
        made.setAttribute(name, value);
      }
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  /** A sentence of the page with its places filled in. */
  function say(key, values = {}) {
    return data.words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  const GROUND = {
    land: { fillColor: "#f7f4ec", color: "#b9ae98", weight: 1.5, dashArray: "6 4" },
    water: { fillColor: "#c3dce3", color: "#a9cad4" },
    estates: {
      estate: "#efe9db",
      resettlement: "#efe4d6",
      village: "#eef0df",
      school: "#f4ebc6",
      hospital: "#f5dfdb",
      park: "#dbe8cf",
      scenic: "#dbe8cf",
      market: "#ecdfea",
      government: "#dfe4ee",
    },
    other: "#e8e4dc",
    building: { fillColor: "#ddd3c1", color: "#c5b8a1" },
    road: { casing: "#d3cab9", fill: "#ffffff" },
    rail: "#8d877d",
    wall: "#bcae95",
  };
  const HOMES = ["estate", "resettlement", "village"];
  const ROAD_METRES = { 1: 22, 2: 14, 3: 8 };

  /** Draw the ground on a canvas of its own, so that choosing a grid never redraws it. */
  function drawGround(map) {
    const base = data.base;
    map.createPane("ground").style.zIndex = 200;
    map.getPane("ground").style.pointerEvents = "none";
    const renderer = L.canvas({ pane: "ground", padding: 0.4 });
    const common = { renderer, pane: "ground", interactive: false };
    const fill = (parts, style) =>
      parts.length &&
      L.polygon(polygon(parts), {
        ...common, fill: true, fillOpacity: 1, stroke: Boolean(style.color), weight: 0.8, ...style,
      }).addTo(map);
    const line = (paths, style) =>
      paths.length && L.polyline(paths.map(path), { ...common, ...style }).addTo(map);

    fill(base.land, GROUND.land);
    const ofKind = {};
    for (const [kind, , parts] of base.estates) (ofKind[kind] ??= []).push(...parts);
    for (const [kind, parts] of Object.entries(ofKind)) {
      fill(parts, { fillColor: GROUND.estates[kind] || GROUND.other });
    }
    fill(base.water, GROUND.water);
    const scaled = [];
    const grown = (layer, metres, least, extra = 0) =>
      layer && scaled.push({ layer, metres, least, extra });
    grown(line(base.streams, { color: GROUND.water.fillColor, lineCap: "round" }), 12, 1.5);
    line(base.walls, { color: GROUND.wall, weight: 1 });
    const roads = [3, 2, 1].map((rank) => [rank, base.roads[rank] || []]);
    for (const [rank, paths] of roads) {
      grown(line(paths, { color: GROUND.road.casing }), ROAD_METRES[rank], 1, 1.6);
    }
    for (const [rank, paths] of roads) {
      grown(line(paths, { color: GROUND.road.fill }), ROAD_METRES[rank], 0.8);
    }
    line(base.rails, { color: GROUND.rail, weight: 2.5 });
    line(base.rails, { color: "#fff", weight: 1.2, dashArray: "7 7" });
    const buildings = base.buildings.length
      ? L.polygon(base.buildings.map((ring) => [path(ring)]), {
          ...common, fillOpacity: 1, weight: 0.7, ...GROUND.building,
        })
      : null;

    const borders = base.communities.length > 1 &&
      L.polygon(polygon(base.communities), {
        ...common, fill: false, color: "#07433c", weight: 5, opacity: 0.2,
      }).addTo(map);
    function fit() {
      if (borders) borders.bringToFront();
      const zoom = map.getZoom();
      const pixelsPerMetre = 2 ** zoom / (156543.03 * Math.cos((south * Math.PI) / 180));
      for (const { layer, metres, least, extra } of scaled) {
        layer.options.weight = Math.max(least, metres * pixelsPerMetre * 0.8) + extra;
      }
      if (buildings) {
        if (zoom >= 14.5 && !map.hasLayer(buildings)) buildings.addTo(map);
        if (zoom < 14.5 && map.hasLayer(buildings)) buildings.remove();
      }
    }
    map.on("zoomend", fit);
    fit();
    for (const { layer } of scaled) layer.setStyle({});
  }

  /** Names on the map: the first that finds room stays, whatever it would cover waits. */
  function drawNames(map, names) {
    map.createPane("names").style.zIndex = 620;
    map.getPane("names").style.pointerEvents = "none";
    const pane = map.getPane("names");
    pane.setAttribute("aria-hidden", "true");
    const made = new Map();
    const width = (text, size) =>
      [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e80 ? size : size * 0.56), 0);

    function place() {
      const zoom = map.getZoom();
      const view = map.getBounds().pad(0.05);
      const taken = [];
      const kept = new Set();
      for (const name of names) {
        if (zoom < name.from || zoom >= (name.until ?? 99) || kept.size > 140) continue;
        if (!view.contains([name.lat, name.lng])) continue;
        const at = map.latLngToLayerPoint([name.lat, name.lng]);
        const wide = width(name.text, name.size) + 8;
        const angle = name.angle || 0;
        const w = Math.abs(wide * Math.cos(angle)) + Math.abs((name.size + 4) * Math.sin(angle));
        const h = Math.abs(wide * Math.sin(angle)) + Math.abs((name.size + 4) * Math.cos(angle));
        const spot = [at.x - w / 2, at.y - h / 2, at.x + w / 2, at.y + h / 2];
        if (name.room && wide > name.room * 2 ** zoom) continue;
        const covers = taken.some(
          (o) => spot[0] < o[2] && spot[2] > o[0] && spot[1] < o[3] && spot[3] > o[1],
        );
        if (covers) continue;
        taken.push(spot);
        kept.add(name);
        let shown = made.get(name);
        if (!shown) {
          shown = element("span", { class: `name name-${name.kind}` }, name.text);
          made.set(name, shown);
          pane.append(shown);
        }
        shown.style.transform =
          `translate(${at.x}px, ${at.y}px) translate(-50%, -50%) rotate(${angle}rad)`;
      }
      for (const [name, shown] of made) {
        if (!kept.has(name)) {
          shown.remove();
          made.delete(name);
        }
      }
    }
    map.on("moveend zoomend resize", place);
    map.on("zoomstart", () => pane.classList.add("moving"));
    map.on("zoomend", () => pane.classList.remove("moving"));
    place();
    return place;
  }

  /** Names of the ground: streets along their course, estates, and buildings when near. */
  function groundNames() {
    const found = [];
    for (const [text, x, y, dx, dy, kind, rank] of data.base.streets) {
      const [lat, lng] = latLng(x, y);
      let angle = Math.atan2(-dy / Math.cos((lat * Math.PI) / 180), dx);
      if (angle > Math.PI / 2) angle -= Math.PI;
      if (angle <= -Math.PI / 2) angle += Math.PI;
      const from = kind === "road" ? [13.5, 15.5, 16.5][rank - 1] : 13;
      found.push({ text, lat, lng, angle, from, size: 12, kind });
    }
    for (const [kind, text, , x, y] of data.base.estates) {
      if (!text) continue;
      const [lat, lng] = latLng(x, y);
      const own = HOMES.includes(kind);
      found.push({ text, lat, lng, from: own ? 15.75 : 14.75, size: 12, kind: `estate name-${kind}`, rank: own ? 1 : 0 });
    }
    for (const [text, x, y] of data.base.numbers) {
      const [lat, lng] = latLng(x, y);
      found.push({ text, lat, lng, from: 17.5, size: 11, kind: "building" });
    }
    return found.sort((a, b) => (a.rank ?? 1) - (b.rank ?? 1));
  }

  return {
    data, latLng, path, polygon, inside, borderDistance, box, element, say,
    drawGround, drawNames, groundNames,
  };
})();
