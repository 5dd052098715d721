/* The review map: grids coloured by households against their band, findings as layers by rule and
   severity, search, and what was chosen. Every text is set as text. */
"use strict";

(() => {
  const { data, element, say, inside } = Town;
  const map = window.map_town;
  const $ = (id) => document.getElementById(id);
  const detail = $("detail");
  const mapSection = document.querySelector("section.map");

  // ── What there is ────────────────────────────────────────────────────────────────────────────
  const grids = data.grids.map(([code, level, name, count, group, estimated, community, parent, parts]) => {
    const shape = Town.polygon(parts);
    return { code, level, name, count, group, estimated, community, parent, shape, box: shape.length ? Town.box(shape) : null };
  });
  const byCode = new Map();
  for (const grid of grids) if (!byCode.has(grid.code)) byCode.set(grid.code, grid);
  const findings = data.findings.map(([rule, severity, level, codes, shapes, message, remedy, id, accepted], index) => ({
    index, rule, severity, level, codes, shapes, message, remedy, id, accepted,
    mark: shapes.mark ? Town.latLng(...shapes.mark) : null,
  }));
  const concerning = new Map();
  for (const finding of findings) {
    for (const code of finding.codes) {
      if (!concerning.has(code)) concerning.set(code, []);
      concerning.get(code).push(finding);
    }
  }

  const FILL = {
    far_below: "#5e4390", below: "#9a82c2", near_below: "#cfc3e4", within: "#e3ece0",
    near_above: "#f0dcae", above: "#d8a24a", far_above: "#97590f", excused: "#cbc9c2", unknown: "#ffffff",
  };
  const { INK } = Town;

  // ── Map ──────────────────────────────────────────────────────────────────────────────────────
  const [south, west, north, east] = data.bounds;
  const bounds = L.latLngBounds([south, west], [north, east]);
  const wholeTown = () => Town.fitClear(map, bounds, document.querySelector(".legend"));
  wholeTown();
  Town.drawGround(map);
  for (const [name, z] of [["grids", 350], ["lines", 360], ["chosen", 380], ["findings", 400]]) {
    map.createPane(name).style.zIndex = z;
  }
  for (const name of ["grids", "lines", "chosen"]) map.getPane(name).style.pointerEvents = "none";
  const canvas = Object.fromEntries(
    ["grids", "lines", "chosen", "findings"].map((pane) => [pane, L.canvas({ pane, padding: 0.3, tolerance: 6 })]),
  );
  const on = (pane, more) => ({ pane, renderer: canvas[pane], interactive: false, ...more });

  let level = Number(document.querySelector("input[name=level]:checked")?.value ?? 1);
  let colours = true;
  const tinted = L.layerGroup().addTo(map);

  /** Fill the grids of the level shown, one path a class; draw the coarser levels' lines over it. */
  function tint() {
    tinted.clearLayers();
    const shown = grids.filter((grid) => grid.level === level);
    if (colours) {
      for (const [group, fillColor] of Object.entries(FILL)) {
        const parts = shown.filter((grid) => grid.group === group).flatMap((grid) => grid.shape);
        if (!parts.length) continue;
        tinted.addLayer(L.polygon(parts, on("grids", {
          fillColor, fillOpacity: group === "unknown" ? 0.35 : 0.72, stroke: false, smoothFactor: 0.3,
        })));
      }
    }
    const levels = [...new Set(grids.map((grid) => grid.level))].filter((each) => each <= level).sort();
    for (const each of levels.reverse()) {
      const parts = grids.filter((grid) => grid.level === each).flatMap((grid) => grid.shape);
      const above = level - each;
      tinted.addLayer(L.polygon(parts, on("lines", {
        fill: false, color: above ? "#1d2b2a" : "#4c5a57", weight: 0.9 + 0.8 * above, opacity: 0.75, smoothFactor: 0.3,
      })));
    }
  }

  const chosen = L.layerGroup().addTo(map);
  const outline = (grid) => {
    chosen.addLayer(L.polygon(grid.shape, on("chosen", { fill: false, color: "#fff", weight: 7, opacity: 0.9 })));
    chosen.addLayer(L.polygon(grid.shape, on("chosen", { fill: false, color: "#07433c", weight: 3 })));
  };

  function gridAt({ lat, lng }, at = level) {
    return grids.find(
      (grid) => grid.level === at && grid.box && lat <= grid.box.n && lat >= grid.box.s &&
        lng <= grid.box.e && lng >= grid.box.w && inside(lat, lng, grid.shape),
    );
  }

  // ── Findings as layers, one a rule and severity ──────────────────────────────────────────────
  const layers = new Map();
  const marker = Town.marker(map, on("findings"));
  for (const finding of findings) {
    if (!finding.mark) continue;
    const key = `${finding.rule} ${finding.severity}`;
    if (!layers.has(key)) layers.set(key, { rule: finding.rule, severity: finding.severity, group: L.layerGroup() });
    for (const layer of marker.mark(finding, INK[finding.severity], () => showFinding(finding, false))) {
      layers.get(key).group.addLayer(layer);
    }
  }
  marker.resize();
  const hiddenSeverities = new Set();
  const hiddenRules = new Set();

  function sift() {
    for (const { rule, severity, group } of layers.values()) {
      const wanted = !hiddenRules.has(rule) && !hiddenSeverities.has(severity);
      if (wanted !== map.hasLayer(group)) wanted ? group.addTo(map) : group.remove();
    }
    for (const row of document.querySelectorAll(".rule")) {
      const own = findings.filter((finding) => finding.rule === row.dataset.rule);
      row.hidden = own.every((finding) => hiddenSeverities.has(finding.severity));
      row.querySelector(".each").replaceChildren();
      if (row.querySelector("details").open) list(row);
    }
  }

  // ── The list of findings, made when a rule is opened ─────────────────────────────────────────
  const PAGE = 100;
  const glyph = (severity) => element("span", { class: `glyph ${severity}`, "aria-hidden": "true" });

  function line(finding) {
    return element(
      "li", {},
      element(
        "button", { type: "button", class: "finding", on: { click: () => showFinding(finding) } },
        glyph(finding.severity),
        element("span", {}, finding.message, finding.mark ? null : element("em", {}, ` ${say("no_place")}`)),
      ),
    );
  }

  function list(row, upTo = PAGE) {
    const own = findings.filter(
      (finding) => finding.rule === row.dataset.rule && !hiddenSeverities.has(finding.severity),
    );
    const rows = own.slice(0, upTo).map(line);
    if (own.length > upTo) {
      const more = say("more", { count: Math.min(PAGE, own.length - upTo) });
      rows.push(element("li", {}, element(
        "button", { type: "button", class: "quiet", on: { click: () => list(row, upTo + PAGE) } }, more,
      )));
    }
    row.querySelector(".each").replaceChildren(...rows);
  }

  for (const row of document.querySelectorAll(".rule")) {
    row.querySelector("details").addEventListener("toggle", (event) => {
      if (event.target.open && !row.querySelector(".each").childElementCount) list(row);
    });
    row.querySelector("input").addEventListener("change", (event) => {
      event.target.checked ? hiddenRules.delete(row.dataset.rule) : hiddenRules.add(row.dataset.rule);
      sift();
    });
  }
  for (const button of document.querySelectorAll(".total")) {
    button.addEventListener("click", () => {
      const { severity } = button.dataset;
      const hide = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!hide));
      hide ? hiddenSeverities.add(severity) : hiddenSeverities.delete(severity);
      sift();
    });
  }

  // ── What was chosen ──────────────────────────────────────────────────────────────────────────
  function open(...children) {
    detail.replaceChildren(
      element("button", { type: "button", class: "close", "aria-label": say("close"), title: say("close"), on: { click: close } }, "×"),
      ...children.filter(Boolean),
    );
    if (stacked()) mapSection.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  /** Whether the map stands above the panel, as on a phone. */
  const stacked = () => matchMedia("(max-width: 55.99rem)").matches;

  /** Make room for the detail before the map moves: below a smaller map, or on its left. */
  function makeRoom() {
    detail.hidden = false;
    document.documentElement.classList.add("has-detail");
    map.invalidateSize({ animate: false });
  }
  const room = () => (stacked() ? { padding: [30, 30] } : { paddingTopLeft: [390, 40], paddingBottomRight: [70, 40] });

  function close() {
    detail.hidden = true;
    document.documentElement.classList.remove("has-detail");
    map.invalidateSize({ animate: false });
    chosen.clearLayers();
    history.replaceState(null, "", location.pathname + location.search);
  }

  const gridButton = (grid) => element(
    "button", { type: "button", class: "chip", on: { click: () => showGrid(grid) } }, grid.name,
  );

  function showFinding(finding, move = true) {
    makeRoom();
    chosen.clearLayers();
    const concerned = finding.codes.map((code) => byCode.get(code)).filter(Boolean);
    if (concerned.length < 60) concerned.forEach(outline);
    for (const point of finding.shapes.points ?? []) {
      chosen.addLayer(L.circleMarker(Town.latLng(...point), on("chosen", {
        radius: 4, weight: 1.5, color: "#fff", fillColor: INK[finding.severity], fillOpacity: 1,
      })));
    }
    if (move) {
      if (finding.mark) zoomToFinding(finding);
      else if (concerned.length && concerned.length < 60) zoomTo(concerned);
      else wholeTown();
    }
    open(
      element("p", { class: `kind ${finding.severity}` }, glyph(finding.severity), `${finding.rule} · ${ruleTitle(finding.rule)}`),
      element("h2", {}, finding.message),
      finding.accepted ? element("p", { class: "remedy accepted" }, element("b", {}, say("accepted")), finding.accepted) : null,
      finding.remedy && !finding.accepted ? element("p", { class: "remedy" }, element("b", {}, say("remedy")), finding.remedy) : null,
      element("p", { class: "code" }, say("finding_id", { id: finding.id })),
      concerned.length
        ? element("div", { class: "chips" }, element("span", { class: "hint" }, say("concerns")), ...concerned.slice(0, 12).map(gridButton),
            concerned.length > 12 ? element("span", { class: "hint" }, `+${concerned.length - 12}`) : null)
        : null,
    );
  }

  const ruleTitle = (rule) =>
    document.querySelector(`.rule[data-rule="${CSS.escape(rule)}"] .rule-title`)?.textContent ?? "";

  const zoomToFinding = ({ shapes }) => map.fitBounds(Town.reach(shapes).pad(0.2), { maxZoom: 19, ...room() });

  function zoomTo(some) {
    const around = L.latLngBounds([]);
    for (const { box } of some) if (box) around.extend([box.n, box.e]).extend([box.s, box.w]);
    if (around.isValid()) map.fitBounds(around, { maxZoom: 18, ...room() });
  }

  function showGrid(grid, move = true) {
    if (grid.level !== level) setLevel(grid.level);
    makeRoom();
    chosen.clearLayers();
    outline(grid);
    if (move) zoomTo([grid]);
    const [levelName, low, high] = data.levels[String(grid.level)] ?? ["", "", ""];
    const about = concerning.get(grid.code) ?? [];
    const count = grid.count === null ? say("households_unknown") : say("households", { count: grid.count });
    const parent = byCode.get(grid.parent);
    history.replaceState(null, "", `#g-${grid.code}`);
    open(
      element("p", { class: "kind" }, levelName),
      element("h2", {}, grid.name),
      element("p", { class: "code" }, grid.code),
      element("p", { class: "count" }, element("span", { class: `swatch ${grid.group}` }), element("b", {}, count),
        grid.estimated ? element("span", { class: "badge" }, say("estimated")) : null,
        element("span", { class: "hint" }, grid.group === "excused" ? say("special") : say("band", { low, high }))),
      element("p", { class: "hint" }, `${say("in_community")}: ${data.communities[grid.community] ?? grid.community}`),
      parent ? element("div", { class: "chips" }, element("span", { class: "hint" }, say("under")), gridButton(parent)) : null,
      element("h3", {}, about.length ? say("findings_here", { count: about.length }) : say("no_findings_here")),
      about.length ? element("ol", { class: "each" }, ...about.slice(0, PAGE).map(line)) : null,
    );
  }

  map.on("click", ({ latlng }) => {
    const grid = gridAt(latlng);
    grid ? showGrid(grid, false) : close();
  });
  const tip = L.tooltip({ direction: "top", offset: [0, -8], className: "tip", opacity: 1 });
  map.on("mousemove", ({ latlng }) => {
    const grid = gridAt(latlng);
    if (!grid) return tip.remove();
    const count = grid.count === null ? say("households_unknown") : say("households", { count: grid.count });
    tip.setLatLng(latlng).setContent(element("span", {}, `${grid.name} · ${count}`));
    if (!map.hasLayer(tip)) tip.addTo(map);
  });
  map.on("mouseout movestart", () => tip.remove());

  // ── Search ───────────────────────────────────────────────────────────────────────────────────
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");
  const results = $("results");
  const query = $("grid-search");

  function search() {
    const key = plain(query.value);
    if (!key) {
      results.hidden = true;
      return [];
    }
    const found = grids.filter((grid) => plain(grid.code).startsWith(key) || plain(grid.name).includes(key))
      .sort((a, b) => a.level - b.level || a.code.localeCompare(b.code));
    results.replaceChildren(
      element("li", { class: "hint" }, found.length ? say("found_grids", { count: found.length }) : say("nothing_found")),
      ...found.slice(0, 30).map((grid) => element("li", {}, element(
        "button", { type: "button", on: { click: () => { results.hidden = true; showGrid(grid); } } },
        element("b", {}, grid.name), element("span", { class: "code" }, grid.code),
      ))),
    );
    results.hidden = false;
    return found;
  }
  query.addEventListener("input", search);
  query.addEventListener("keydown", (event) => { if (event.key === "Escape") results.hidden = true; });
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    const [first] = search();
    if (first) {
      results.hidden = true;
      showGrid(first);
    }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest("#search")) results.hidden = true; });

  // ── Levels and layers ────────────────────────────────────────────────────────────────────────
  function setLevel(wanted) {
    level = wanted;
    for (const each of document.querySelectorAll("input[name=level]")) each.checked = Number(each.value) === level;
    for (const each of document.querySelectorAll(".bands")) each.hidden = Number(each.dataset.level) !== level;
    tint();
  }
  for (const each of document.querySelectorAll("input[name=level]")) {
    each.addEventListener("change", () => setLevel(Number(each.value)));
  }
  for (const each of document.querySelectorAll("[data-layer]")) {
    each.addEventListener("change", () => {
      if (each.dataset.layer === "colours") {
        colours = each.checked;
        tint();
      } else map.getPane(each.dataset.layer).style.display = each.checked ? "" : "none";
    });
  }

  // ── Begin ────────────────────────────────────────────────────────────────────────────────────
  tint();
  sift();
  const names = [];
  for (const grid of grids) {
    if (grid.level > 1 || !grid.box) continue;
    const { box, shape } = grid;
    const at = [(box.n + box.s) / 2, (box.e + box.w) / 2];
    if (!inside(at[0], at[1], shape)) continue;
    const community = data.communities[grid.community] ?? "";
    names.push({ text: grid.name.startsWith(community) ? grid.name.slice(community.length) : grid.name, lat: at[0], lng: at[1], from: 14.5, room: (box.e - box.w) * (256 / 360) * 1.1, size: 12, kind: "grid name-grid-1" });
  }
  Town.drawNames(map, [...names, ...Town.groundNames()]);
  map.getPane("names").style.zIndex = 390;
  Town.addControls(map, { bounds, whole: wholeTown, choose: (at) => { const grid = gridAt(at); if (grid) showGrid(grid, false); } });
  const linked = byCode.get(decodeURIComponent(location.hash).replace(/^#g-/, ""));
  if (linked) showGrid(linked);
  document.documentElement.dataset.ready = "true";
})();
