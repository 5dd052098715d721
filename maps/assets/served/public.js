/* The public page: an address or a tap → one card. The card is made of the text list's own
   entries, so that list and map cannot differ. Where no service answers, the page looks in itself. */
"use strict";

(() => {
  const { data, element, say, inside, borderDistance } = Town;
  const map = window.map_town;
  const $ = (id) => document.getElementById(id);
  const card = $("card");
  const mapSection = document.querySelector("section.map");
  const status = $("status");
  const input = $("address");
  const suggestions = $("suggestions");

  // ── Grids ────────────────────────────────────────────────────────────────────────────────────
  const grids = new Map();
  for (const [code, level, parent, parts] of data.grids) {
    const shape = Town.polygon(parts);
    const entry = $(`g-${code}`);
    if (!entry) continue;
    const name = entry.querySelector("b").textContent;
    grids.set(code, { code, level, parent, shape, box: Town.box(shape), entry, name });
  }
  const levels = [...new Set([...grids.values()].map((grid) => grid.level))].sort();
  const finest = levels.at(-1);
  const labelled = (grid) => data.levels[String(grid.level)] ?? "";

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

  // ── Map ──────────────────────────────────────────────────────────────────────────────────────
  const [south, west, north, east] = data.bounds;
  const bounds = L.latLngBounds([south, west], [north, east]);
  const LINES = { 1: { color: "#0b5d53", weight: 2.2, opacity: 0.85 }, 2: { color: "#2f7a70", weight: 1.3, opacity: 0.7 }, 3: { color: "#56958c", weight: 0.9, opacity: 0.65 } };
  const SHOWN_FROM = { 1: 0, 2: 14.5, 3: 16 };
  const marks = L.layerGroup();
  let chosenRenderer;
  let dotRenderer;

  function drawGrids() {
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
    map.createPane("chosen").style.zIndex = 400;
    map.getPane("chosen").style.pointerEvents = "none";
    map.createPane("dot").style.zIndex = 630;
    map.getPane("dot").style.pointerEvents = "none";
    marks.addTo(map);
  }

  /** Which names find room first: communities, schools and the like, grids, then the rest. */
  const order = ({ kind, rank }) =>
    kind.includes("community") ? 0 : rank === 0 ? 1 : kind.startsWith("grid") ? 2 : 3;

  /** Communities from afar, then grids of the first and the second level, each in its middle. */
  function gridNames() {
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

  function mark(code, point) {
    marks.clearLayers();
    const chain = lineage(code);
    chain.reverse().forEach((grid, depth) => {
      const last = depth === chain.length - 1;
      L.polygon(grid.shape, {
        pane: "chosen", renderer: chosenRenderer, interactive: false, smoothFactor: 0.3,
        color: last ? "#a3211b" : "#07433c", weight: last ? 3 : depth === 0 ? 2.6 : 1.8,
        fill: last || depth === 0, fillColor: last ? "#d9482f" : "#0b5d53", fillOpacity: last ? 0.22 : 0.08,
      }).addTo(marks);
    });
    if (point) dot(point);
  }

  function dot(point) {
    L.circleMarker(point, {
      pane: "dot", renderer: dotRenderer, interactive: false, radius: 6, weight: 3,
      color: "#fff", fillColor: "#a3211b", fillOpacity: 1,
    }).addTo(marks);
  }

  // ── Card ─────────────────────────────────────────────────────────────────────────────────────
  /** Show who answers for a grid, and for the grids around it, from the list's own entries. */
  function show(code, { point = null, note = "", move = true } = {}) {
    const chain = lineage(code);
    if (!chain.length) {
      tell(say("out_of_date"), true);
      return;
    }
    const [own] = chain;
    document.querySelector(".grid.chosen")?.classList.remove("chosen");
    own.entry.classList.add("chosen");
    const rows = chain.map((grid, index) => {
      const who = grid.entry.querySelector(":scope > .who, :scope > details > .who").cloneNode(true);
      const heading = element("h3", {}, `${labelled(grid)} `);
      if (index) heading.append(element("b", {}, grid.name));
      return element("div", { class: index ? "card-level" : "card-level first" }, heading, who);
    });
    card.replaceChildren(
      element(
        "div", { class: "card-head" },
        element("h2", { id: "card-heading" }, own.name),
        element("p", { class: "code" }, own.code),
      ),
      ...rows,
      ...(note ? [element("p", { class: "note" }, note)] : []),
      element(
        "div", { class: "card-foot" },
        element("button", { type: "button", class: "quiet", on: { click: () => printOnly("printing-card") } }, data.words.card_print),
        element("button", { type: "button", class: "quiet", on: { click: clear } }, data.words.card_close),
      ),
    );
    card.hidden = false;
    status.classList.add("said");
    document.documentElement.classList.add("has-card");
    map.invalidateSize({ animate: false });
    mark(code, point);
    document.querySelector(".tap-hint").classList.add("done");
    history.replaceState(null, "", `#g-${code}`);
    if (move) {
      const { n, e, s, w } = own.box;
      map.fitBounds([[s, w], [n, e]], { maxZoom: 18, padding: [50, 50] });
    }
    card.focus({ preventScroll: true });
    bringUp();
  }

  /** Phone: the map shrinks and stands above the card. Beside each other: the card comes up. */
  function bringUp() {
    const stacked = card.getBoundingClientRect().left < mapSection.getBoundingClientRect().right - 40;
    (stacked ? mapSection : card).scrollIntoView({ block: stacked ? "start" : "nearest", behavior: "smooth" });
  }

  function hideCard() {
    card.hidden = true;
    document.documentElement.classList.remove("has-card");
    map.invalidateSize({ animate: false });
  }

  function clear() {
    hideCard();
    card.replaceChildren();
    marks.clearLayers();
    tell("");
    history.replaceState(null, "", location.pathname + location.search);
    document.querySelector(".grid.chosen")?.classList.remove("chosen");
    input.focus();
  }

  function tell(text, warn = false) {
    status.classList.remove("said");
    status.classList.toggle("warn", warn);
    status.replaceChildren(text);
  }

  /** A question with one button a choice. */
  function ask(text, choices) {
    hideCard();
    tell(text, true);
    const list = element("div", { class: "choices" });
    for (const { label, act } of choices.slice(0, 12)) {
      list.append(element("button", { type: "button", on: { click: act } }, label));
    }
    status.append(list);
    status.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  // ── The lookup service ───────────────────────────────────────────────────────────────────────
  const served = location.protocol !== "file:";

  /** Ask the service; null where there is none, so that the page looks in itself. */
  async function lookup(query) {
    if (!served) return null;
    let response;
    try {
      response = await fetch(`${data.lookup}?${new URLSearchParams(query)}`, {
        headers: { Accept: "application/json", "Accept-Language": data.language },
      });
    } catch {
      return null;
    }
    if (response.status === 429) return { busy: true };
    if ([404, 405, 501, 502, 503, 504].includes(response.status)) return null;
    if (response.status >= 500) return { failed: true };
    return response.json().catch(() => null);
  }

  const said = (answer, key) => answer[key] ?? answer[`${key}_${data.language}`] ?? "";

  /** The finest grid that an answer is sure of. */
  function sureOf(answer) {
    const sure = (answer.levels ?? []).filter((each) => each.code && ["determined", "likely"].includes(each.state));
    return sure.at(-1)?.code ?? null;
  }

  function borderNote(answer) {
    const across = answer.neighbour?.levels?.findLast((each) => each.code);
    if (answer.border_distance_m === null || !across) return "";
    const metres = Math.max(1, Math.round(answer.border_distance_m));
    return say("near_border", { metres, name: across.name ?? across.code });
  }

  /** Show an answer of the service, or ask back; false where it knows no place. */
  function answered(answer, words) {
    if (answer.busy || answer.failed) {
      tell(say(answer.busy ? "too_many" : "failed"), true);
      return true;
    }
    const code = sureOf(answer);
    const point = answer.point ? [answer.point[1], answer.point[0]] : null;
    if (code && answer.status === "match") {
      tell(say(words, { name: grids.get(code)?.name ?? code }));
      show(code, { point, note: borderNote(answer) });
      return true;
    }
    const options = (answer.levels?.at(-1)?.options ?? []).map((each) => grids.get(each.code)).filter(Boolean);
    const places = (answer.candidates ?? []).filter((each) => each.text);
    if (["partial", "ambiguous"].includes(answer.status) && (places.length > 1 || options.length)) {
      const choices = places.length > 1
        ? places.map((place) => ({ label: place.text, act: () => find(place.text) }))
        : choicesOf(options, point);
      ask(said(answer, "ask") || say("which"), choices);
      spread(options);
      return true;
    }
    if (code) {
      tell(said(answer, "ask") || say(words, { name: grids.get(code)?.name ?? code }), answer.status !== "match");
      show(code, { point, note: borderNote(answer) });
      return true;
    }
    if (answer.status === "out_of_area") {
      outside(point);
      return true;
    }
    return false;
  }

  function outside(point) {
    hideCard();
    marks.clearLayers();
    if (point) dot(point);
    tell(say("outside"), true);
    status.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  // ── By tapping ───────────────────────────────────────────────────────────────────────────────
  async function choose({ lat, lng }) {
    tell(say("searching"));
    const answer = await lookup({ point: `${lng.toFixed(7)},${lat.toFixed(7)}`, datum: "cgcs2000" });
    if (answer && answered(answer, "tapped")) return;
    chooseHere(lat, lng, "tapped");
  }

  function chooseHere(lat, lng, words) {
    const found = gridsAt(lat, lng);
    if (!found.length) {
      const coarser = [...levels].reverse().flatMap((level) => gridsAt(lat, lng, level))[0];
      if (!coarser) {
        outside([lat, lng]);
        return;
      }
      found.push(coarser);
    }
    if (found.length > 1) {
      ask(say("shared"), choicesOf(found, [lat, lng]));
      return;
    }
    const [grid] = found;
    const metres = borderDistance(lat, lng, grid.shape);
    const across = metres < 10 ? neighbourOf(grid, lat, lng) : null;
    tell(say(words, { name: grid.name }));
    show(grid.code, {
      point: [lat, lng],
      move: map.getZoom() < 16.5,
      note: across ? say("near_border", { metres: Math.max(1, Math.round(metres)), name: across.name }) : "",
    });
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

  // ── By address ───────────────────────────────────────────────────────────────────────────────
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s,，。、·\-—–#]/g, "");
  const estates = data.base.estates
    .filter(([, name]) => name)
    .map(([kind, name, parts, x, y]) => {
      let shape;
      const ground = () => (shape ??= Town.polygon(parts));
      return { kind, name, key: plain(name), ground, at: Town.latLng(x, y) };
    });
  const names = [...grids.values()].map((grid) => ({ grid, key: plain(grid.name) }));

  async function find(text) {
    const asked = text.trim();
    closeSuggestions();
    if (!asked) return;
    input.value = asked;
    tell(say("searching"));
    const answer = await lookup({ address: asked });
    if (answer && answered(answer, "found")) return;
    const offline = answer === null;
    if (!findHere(asked)) {
      hideCard();
      const why = answer && answer.status !== "no_match" && (said(answer, "note") || said(answer, "ask"));
      tell(why || say("no_match"), true);
    } else if (offline && served) status.append(element("small", {}, ` ${say("offline")}`));
  }

  /** Look in the page's own names: a grid's name or code, or an estate and its building. */
  function findHere(asked) {
    const key = plain(asked);
    const exact = names.find(({ grid, key: own }) => own === key || grid.code === key);
    if (exact) {
      tell(say("found", { name: exact.grid.name }));
      show(exact.grid.code);
      return true;
    }
    const estate = estates
      .filter((each) => key.includes(each.key))
      .sort((a, b) => b.key.length - a.key.length)[0];
    if (estate) return findInEstate(estate, key.slice(key.indexOf(estate.key) + estate.key.length));
    const near = [
      ...estates.filter((each) => each.key.includes(key)).map((each) => ({ label: each.name, act: () => find(each.name) })),
      ...names.filter((each) => each.key.includes(key)).map(({ grid }) => ({ label: grid.name, act: () => show(grid.code) })),
    ];
    if (!near.length || key.length < 2) return false;
    ask(say("which"), near);
    return true;
  }

  function findInEstate(estate, rest) {
    const shape = estate.ground();
    const number = rest.match(/\d+/)?.[0];
    const within = data.base.numbers
      .map(([name, x, y]) => ({ name, at: Town.latLng(x, y) }))
      .filter(({ at }) => inside(at[0], at[1], shape));
    const building = number && within.find(({ name }) => name.match(/\d+/)?.[0] === number);
    if (building) {
      chooseHere(building.at[0], building.at[1], "found");
      return true;
    }
    const places = within.length ? within.map(({ at }) => at) : [estate.at];
    const found = new Set(places.flatMap((at) => gridsAt(...at)));
    if (!found.size) return false;
    if (found.size === 1) chooseHere(...places[0], "found");
    else {
      ask(say("which"), choicesOf([...found]));
      spread([...found]);
    }
    return true;
  }

  /** A choice for each grid, in words that tell them apart. */
  function choicesOf(some, point = null) {
    const labels = some.map(inWords);
    const alone = (label) => labels.indexOf(label) === labels.lastIndexOf(label);
    return some.map((grid, i) => ({
      label: alone(labels[i]) ? labels[i] : `${labels[i]}（${grid.name}）`,
      act: () => show(grid.code, { point }),
    }));
  }

  /** Bring some grids into view together. */
  function spread(some) {
    const around = L.latLngBounds([]);
    for (const { box } of some) around.extend([box.n, box.e]).extend([box.s, box.w]);
    if (around.isValid()) map.fitBounds(around, { maxZoom: 18, padding: [30, 30] });
  }

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

  // ── Suggestions: a listbox under the field, by the ARIA combobox pattern ─────────────────────
  let active = -1;
  let suggestUrl = served ? data.lookup.replace(/lookup$/, "suggest") : null;
  let waiting = 0;

  function closeSuggestions() {
    suggestions.hidden = true;
    suggestions.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function suggest(texts) {
    closeSuggestions();
    texts.slice(0, 8).forEach((text, index) => {
      const act = (event) => { event.preventDefault(); find(text); };
      suggestions.append(
        element("li", { id: `suggestion-${index}`, role: "option", "aria-selected": "false", on: { mousedown: act } }, text),
      );
    });
    suggestions.hidden = !texts.length;
    input.setAttribute("aria-expanded", String(texts.length > 0));
  }

  async function suggestFor(text) {
    const turn = ++waiting;
    const key = plain(text);
    if (!key) return closeSuggestions();
    const own = [...estates.map((each) => each), ...names.map(({ grid, key: k }) => ({ key: k, name: grid.name }))]
      .filter((each) => each.key.includes(key) && each.key !== key)
      .sort((a, b) => a.key.indexOf(key) - b.key.indexOf(key) || a.key.length - b.key.length)
      .map((each) => each.name);
    let known = [];
    if (suggestUrl) {
      try {
        const response = await fetch(`${suggestUrl}?${new URLSearchParams({ text })}`);
        if (response.status === 404) suggestUrl = null;
        else if (response.ok) {
          const body = await response.json();
          known = (body.suggestions ?? body).map((each) => each.text ?? each);
        }
      } catch {
        suggestUrl = null;
      }
    }
    if (turn === waiting && document.activeElement === input) suggest([...new Set([...known, ...own])]);
  }

  function move(by) {
    const options = suggestions.children;
    if (!options.length) return;
    options[active]?.setAttribute("aria-selected", "false");
    active = (active + by + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  let typing;
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => suggestFor(input.value), 160);
  });
  input.addEventListener("blur", closeSuggestions);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      move(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Escape") closeSuggestions();
    else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      find(suggestions.children[active].textContent);
    }
  });
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    waiting++;
    find(input.value);
  });

  // ── List, links and printing ─────────────────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.show");
    if (!link) return;
    event.preventDefault();
    show(link.getAttribute("href").slice(3));
    document.querySelector(".folium-map").scrollIntoView({ block: "nearest" });
  });

  /** Open what is linked to, so that a notice's code leads to its card. */
  function follow() {
    const code = decodeURIComponent(location.hash).replace(/^#g-/, "");
    if (grids.has(code)) show(code);
  }
  window.addEventListener("hashchange", follow);

  function printOnly(what) {
    document.documentElement.classList.add(what);
    window.print();
    document.documentElement.classList.remove(what);
  }
  $("print-list").addEventListener("click", () => printOnly("printing-list"));
  let opened = [];
  window.addEventListener("beforeprint", () => {
    const root = document.documentElement;
    if (!root.classList.contains("printing-list") && !card.hidden) root.classList.add("printing-card");
    if (root.classList.contains("printing-card")) return;
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing-card");
    for (const each of opened) each.open = false;
    opened = [];
  });

  // ── Begin ────────────────────────────────────────────────────────────────────────────────────
  if (grids.size) {
    map.fitBounds(bounds, { animate: false, padding: [8, 8] });
    Town.drawGround(map);
    drawGrids();
    chosenRenderer = L.canvas({ pane: "chosen", padding: 0.3 });
    dotRenderer = L.canvas({ pane: "dot", padding: 0.3 });
    const ground = Town.groundNames();
    Town.drawNames(map, [...gridNames(), ...ground].sort((a, b) => order(a) - order(b)));
    Town.addControls(map, { bounds, choose });
    map.on("click", (event) => choose(event.latlng));
    map.setMaxBounds(bounds.pad(0.6));
    follow();
  }
  document.documentElement.dataset.ready = "true";
})();
