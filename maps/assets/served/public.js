/* The public page: an address or a tap → one card. The card is made of the text list's own
   entries, so that list and map cannot differ. Where no service answers, the page looks in itself. */
"use strict";

(() => {
  const { data, element, say, inside, borderDistance } = Town;
  const { grids, levels, gridsAt, lineage, neighbourOf, estates, names, plain, inWords, draw, labels } = Town.readGrids();
  const map = window.map_town;
  const $ = (id) => document.getElementById(id);
  const card = $("card");
  const mapSection = document.querySelector("section.map");
  const status = $("status");
  const input = $("address");
  const labelled = (grid) => data.levels[String(grid.level)] ?? "";

  // ── Map ──────────────────────────────────────────────────────────────────────────────────────
  const [south, west, north, east] = data.bounds;
  const bounds = L.latLngBounds([south, west], [north, east]);
  const marks = L.layerGroup();
  let chosenRenderer;
  let dotRenderer;

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

  /** Which names find room first: communities, schools and the like, grids, then the rest. */
  const order = ({ kind, rank }) =>
    kind.includes("community") ? 0 : rank === 0 ? 1 : kind.startsWith("grid") ? 2 : 3;

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
      const asked = new URLSearchParams({ ...query, lang: data.language });
      response = await fetch(`${data.lookup}?${asked}`, {
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

  /** Building 2 before building 10. */
  const inOrder = (one, other) => one.localeCompare(other, "zh", { numeric: true });

  /** The likelier first. */
  function byLikelihood(one, other) {
    const gap = (other.p ?? 0) - (one.p ?? 0);
    return Math.abs(gap) > 0.001 ? gap : inOrder(one.text, other.text);
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
    const places = (answer.candidates ?? []).filter((each) => each.text).sort(byLikelihood);
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

  // ── By address ───────────────────────────────────────────────────────────────────────────────
  async function find(text) {
    const asked = text.trim();
    suggestions.cancel();
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
    return some
      .map((grid, i) => ({
        label: alone(labels[i]) ? labels[i] : `${labels[i]}（${grid.name}）`,
        act: () => show(grid.code, { point }),
      }))
      .sort((one, other) => inOrder(one.label, other.label));
  }

  /** Bring some grids into view together. */
  function spread(some) {
    const around = L.latLngBounds([]);
    for (const { box } of some) around.extend([box.n, box.e]).extend([box.s, box.w]);
    if (around.isValid()) map.fitBounds(around, { maxZoom: 18, padding: [30, 30] });
  }

  const suggestions = Town.addSuggestions({
    input,
    list: $("suggestions"),
    url: served ? data.lookup.replace(/lookup$/, "suggest") : null,
    known: [...estates, ...names.map(({ grid, key }) => ({ key, name: grid.name }))],
    plain,
    choose: find,
  });
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
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
    draw(map);
    for (const [pane, z] of [["chosen", 400], ["dot", 630]]) {
      map.createPane(pane).style.zIndex = z;
      map.getPane(pane).style.pointerEvents = "none";
    }
    marks.addTo(map);
    chosenRenderer = L.canvas({ pane: "chosen", padding: 0.3 });
    dotRenderer = L.canvas({ pane: "dot", padding: 0.3 });
    Town.drawNames(map, [...labels(), ...Town.groundNames()].sort((a, b) => order(a) - order(b)));
    Town.addControls(map, { bounds, choose });
    map.on("click", (event) => choose(event.latlng));
    map.setMaxBounds(bounds.pad(0.6));
    follow();
  }
  document.documentElement.dataset.ready = "true";
})();
