/* The map of two plans: the old border and the new one, ground and buildings that change grid,
   findings that are new, gone or staying. Every text is set as text. */
"use strict";

(() => {
  const { data, element, say, inside } = Town;
  const map = window.map_town;
  const detail = document.getElementById("detail");
  const PAGE = 100;
  const INK = { new: "#b3201a", gone: "#2d7d46", staying: "#6b7572" };

  const shaped = ([code, level, name, parts]) => {
    const shape = Town.polygon(parts);
    return { code, level, name, shape, box: shape.length ? Town.box(shape) : null };
  };
  const old = data.old.map(shaped);
  const fresh = data.fresh.map(shaped);
  const byCode = (grids) => new Map(grids.map((grid) => [`${grid.level} ${grid.code}`, grid]));
  const oldByCode = byCode(old);
  const freshByCode = byCode(fresh);
  const names = new Map([...old, ...fresh].map(({ code, name }) => [code, name]));
  const nameOf = (code) => (code ? names.get(code) ?? code : say("no_grid"));
  const moved = data.moved.map(([level, from, to, area, parts]) => ({ level, from, to, area, shape: Town.polygon(parts) }));
  const buildings = data.buildings.map(([name, share, from, to, count, parts]) => ({ name, share, from, to, count, shape: Town.polygon(parts) }));
  const changes = data.changes.map(([code, level, name, state, before, after, arriving, leaving]) => ({ code, level, name, state, before, after, arriving, leaving }));
  const findings = Object.fromEntries(Object.entries(data.findings).map(([state, all]) => [
    state, all.map(([rule, severity, level, codes, shapes, message, remedy]) => ({ state, rule, severity, level, codes, shapes, message, remedy })),
  ]));

  // ── Map ──────────────────────────────────────────────────────────────────────────────────────
  const [south, west, north, east] = data.bounds;
  const bounds = L.latLngBounds([south, west], [north, east]);
  const wholeTown = () => Town.fitClear(map, bounds, document.querySelector(".legend"));
  wholeTown();
  Town.drawGround(map);
  const PANES = [["moved", 350], ["buildings", 355], ["lines", 360], ["chosen", 380], ["findings", 400]];
  for (const [name, z] of PANES) map.createPane(name).style.zIndex = z;
  for (const [name] of PANES.slice(0, -1)) map.getPane(name).style.pointerEvents = "none";
  const canvas = Object.fromEntries(PANES.map(([pane]) => [pane, L.canvas({ pane, padding: 0.3, tolerance: 6 })]));
  const on = (pane, more) => ({ pane, renderer: canvas[pane], interactive: false, ...more });

  const layers = Object.fromEntries(
    ["old", "fresh", "moved", "buildings", "new", "gone", "staying"].map((key) => [key, L.layerGroup()]),
  );
  const chosen = L.layerGroup().addTo(map);
  let level = Number(document.querySelector("input[name=level]:checked")?.value ?? 1);

  function draw() {
    for (const key of ["old", "fresh", "moved"]) layers[key].clearLayers();
    const parts = (items) => items.filter((each) => each.level === level).flatMap((each) => each.shape);
    const put = (key, pane, items, style) => {
      const shapes = parts(items);
      if (shapes.length) layers[key].addLayer(L.polygon(shapes, on(pane, { smoothFactor: 0.3, ...style })));
    };
    put("moved", "moved", moved, { stroke: false, fillColor: "#f3c76b", fillOpacity: 0.85 });
    put("fresh", "lines", fresh, { fill: false, color: "#0b5d53", weight: 1.4, opacity: 0.85 });
    put("old", "lines", old, { fill: false, color: "#7a3fa0", weight: 2.4, dashArray: "7 6" });
  }
  for (const { shape } of buildings) {
    if (shape.length) layers.buildings.addLayer(L.polygon(shape, on("buildings", { color: "#8a4b00", weight: 1, fillColor: "#e07b00", fillOpacity: 0.9 })));
  }
  const marker = Town.marker(map, on("findings"));
  for (const [state, all] of Object.entries(findings)) {
    for (const finding of all) {
      if (!finding.shapes.mark) continue;
      for (const layer of marker.mark(finding, INK[state], () => showFinding(finding, false))) layers[state].addLayer(layer);
    }
  }
  marker.resize();

  // ── What was chosen ──────────────────────────────────────────────────────────────────────────
  const stacked = () => matchMedia("(max-width: 55.99rem)").matches;
  const room = () => (stacked() ? { padding: [30, 30] } : { paddingTopLeft: [390, 40], paddingBottomRight: [70, 40] });

  function open(...children) {
    detail.hidden = false;
    document.documentElement.classList.add("has-detail");
    map.invalidateSize({ animate: false });
    detail.replaceChildren(
      element("button", { type: "button", class: "close", "aria-label": say("close"), title: say("close"), on: { click: close } }, "×"),
      ...children,
    );
    if (stacked()) document.querySelector("section.map").scrollIntoView({ block: "start", behavior: "smooth" });
  }
  function close() {
    detail.hidden = true;
    document.documentElement.classList.remove("has-detail");
    map.invalidateSize({ animate: false });
    chosen.clearLayers();
  }
  const outline = (shape, style) => shape?.length && chosen.addLayer(L.polygon(shape, on("chosen", { fill: false, weight: 4, ...style })));
  function fit(boxes) {
    const around = L.latLngBounds([]);
    for (const box of boxes) if (box) around.extend([box.n, box.e]).extend([box.s, box.w]);
    if (around.isValid()) map.fitBounds(around, { maxZoom: 18, ...room() });
  }

  function showFinding(finding, move = true) {
    chosen.clearLayers();
    open(
      element("p", { class: `kind ${finding.severity}` }, element("span", { class: `glyph ${finding.severity}`, "aria-hidden": "true" }), `${finding.rule} · ${say(`state_${finding.state}`)}`),
      element("h2", {}, finding.message),
      finding.remedy && finding.state !== "gone" ? element("p", { class: "remedy" }, element("b", {}, say("remedy")), finding.remedy) : null,
    );
    if (!move) return;
    const grids = finding.codes.map((code) => freshByCode.get(`${finding.level} ${code}`) ?? oldByCode.get(`${finding.level} ${code}`)).filter(Boolean);
    if (finding.shapes.mark) map.fitBounds(Town.reach(finding.shapes).pad(0.2), { maxZoom: 19, ...room() });
    else fit(grids.map((grid) => grid.box));
  }

  const count = (value) => (value === null ? say("unknown") : String(value));
  function showGrid(change, move = true) {
    if (change.level !== level) setLevel(change.level);
    chosen.clearLayers();
    const was = oldByCode.get(`${change.level} ${change.code}`);
    const now = freshByCode.get(`${change.level} ${change.code}`);
    open(
      element("p", { class: "kind" }, `${data.levels[String(change.level)] ?? ""} · ${say(`grid_${change.state}`)}`),
      element("h2", {}, change.name),
      element("p", { class: "code" }, change.code),
      element("p", { class: "count" }, element("b", {}, say("counts", { before: count(change.before), after: count(change.after) }))),
      element("p", { class: "hint" }, `${say("arriving", { count: change.arriving })} · ${say("leaving", { count: change.leaving })}`),
    );
    outline(was?.shape, { color: "#7a3fa0", dashArray: "7 6" });
    outline(now?.shape, { color: "#07433c" });
    if (move) fit([was?.box, now?.box]);
  }

  function showBuilding(one) {
    chosen.clearLayers();
    open(
      element("p", { class: "kind" }, say("building")),
      element("h2", {}, one.share ? `${one.name} ${one.share}` : one.name),
      element("p", { class: "count" }, `${nameOf(one.from)} → ${nameOf(one.to)}`),
      element("p", { class: "hint" }, say("ground", { count: one.count })),
    );
    outline(one.shape, { color: "#07433c" });
    if (one.shape.length) fit([Town.box(one.shape)]);
  }

  // ── Lists, made when they are opened ─────────────────────────────────────────────────────────
  const rowOf = {
    finding: (finding) => [element("span", { class: `glyph ${finding.severity}`, "aria-hidden": "true" }),
      element("span", {}, `${finding.rule} ${finding.message}`, finding.shapes.mark ? null : element("em", {}, ` ${say("no_place")}`)), () => showFinding(finding)],
    grid: (change) => [null, element("span", {}, change.name, element("small", {},
      `${data.levels[String(change.level)] ?? ""} · ${say(`grid_${change.state}`)} · ${say("counts", { before: count(change.before), after: count(change.after) })}`)), () => showGrid(change)],
    building: (one) => [null, element("span", {}, one.share ? `${one.name} ${one.share}` : one.name, element("small", {}, `${nameOf(one.from)} → ${nameOf(one.to)}`)), () => showBuilding(one)],
  };
  const lists = {
    ...Object.fromEntries(Object.entries(findings).map(([state, all]) => [state, all.map((each) => () => rowOf.finding(each))])),
    grids: changes.map((each) => () => rowOf.grid(each)),
    buildings: buildings.map((each) => () => rowOf.building(each)),
  };
  function list(box, upTo = PAGE) {
    const all = lists[box.dataset.list];
    const rows = all.slice(0, upTo).map((make) => {
      const [glyph, text, click] = make();
      return element("li", {}, element("button", { type: "button", class: "finding", on: { click } }, glyph, text));
    });
    if (all.length > upTo) {
      rows.push(element("li", {}, element("button", { type: "button", class: "quiet", on: { click: () => list(box, upTo + PAGE) } },
        say("more", { count: Math.min(PAGE, all.length - upTo) }))));
    }
    box.querySelector(".each").replaceChildren(...rows);
  }
  for (const box of document.querySelectorAll(".list")) {
    box.addEventListener("toggle", () => { if (box.open && !box.querySelector(".each").childElementCount) list(box); });
  }
  document.querySelector(".buildings-count").textContent = String(buildings.length);

  // ── Levels and layers ────────────────────────────────────────────────────────────────────────
  function setLevel(wanted) {
    level = wanted;
    for (const each of document.querySelectorAll("input[name=level]")) each.checked = Number(each.value) === level;
    draw();
  }
  for (const each of document.querySelectorAll("input[name=level]")) each.addEventListener("change", () => setLevel(Number(each.value)));
  for (const each of document.querySelectorAll("[data-layer]")) {
    const group = layers[each.dataset.layer];
    const show = () => (each.checked ? group.addTo(map) : group.remove());
    each.addEventListener("change", show);
    show();
  }

  function choose({ lat, lng }) {
    const grid = fresh.find((each) => each.level === level && each.box && lat <= each.box.n && lat >= each.box.s &&
      lng <= each.box.e && lng >= each.box.w && inside(lat, lng, each.shape));
    const change = grid && changes.find((each) => each.level === level && each.code === grid.code);
    change ? showGrid(change, false) : close();
  }
  map.on("click", ({ latlng }) => choose(latlng));
  draw();
  Town.drawNames(map, Town.groundNames());
  Town.addControls(map, { bounds, choose, whole: wholeTown });
  const touched = [...moved.map(({ shape }) => shape), ...buildings.map(({ shape }) => shape)].filter((shape) => shape.length);
  if (touched.length && touched.length < 400) {
    const around = L.latLngBounds([]);
    for (const { n, e, s, w } of touched.map(Town.box)) around.extend([n, e]).extend([s, w]);
    map.fitBounds(around.pad(0.3), { animate: false, maxZoom: 17, padding: [12, 12] });
  }
  document.documentElement.dataset.ready = "true";
})();
