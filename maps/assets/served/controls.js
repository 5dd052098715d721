/* The map's own controls: zoom, whole town, scale, and a key for the grid in the middle. */
"use strict";

/** Show bounds whole, clear of a panel that lies over the map: beside it or above it. */
Town.fitClear = (map, bounds, panel) => {
  const room = 12;
  const box = map.getContainer().getBoundingClientRect();
  const over = panel?.getBoundingClientRect();
  const covers = over?.width && over.left < box.right && over.right > box.left &&
    over.top < box.bottom && over.bottom > box.top;
  const ways = covers ? [[over.right - box.left, 0], [0, box.bottom - over.top]] : [[0, 0]];
  const fits = ways.map(([left, below]) => {
    const paddingTopLeft = L.point(left + room, room), paddingBottomRight = L.point(room, below + room);
    const zoom = map.getBoundsZoom(bounds, false, paddingTopLeft.add(paddingBottomRight));
    return { zoom, paddingTopLeft, paddingBottomRight };
  });
  const best = fits.reduce((one, other) => (other.zoom > one.zoom ? other : one));
  map.fitBounds(bounds, { animate: false, ...best });
};

Town.addControls = (map, { bounds, choose, whole = () => map.fitBounds(bounds) }) => {
  const { element, say } = Town;
  const svg = (d) => {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("viewBox", "0 0 24 24");
    drawn.setAttribute("aria-hidden", "true");
    const stroke = document.createElementNS("http://www.w3.org/2000/svg", "path");
    stroke.setAttribute("d", d);
    drawn.append(stroke);
    return drawn;
  };
  const button = (label, d, act) =>
    element("button", { type: "button", "aria-label": label, title: label, on: { click: act } }, svg(d));
  const tools = element(
    "div",
    { class: "map-tools" },
    button(say("zoom_in"), "M12 5v14M5 12h14", () => map.zoomIn(1)),
    button(say("zoom_out"), "M5 12h14", () => map.zoomOut(1)),
    button(say("whole_town"), "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5", whole),
  );
  const scale = element("div", { class: "scale", "aria-hidden": "true" });
  const container = map.getContainer();
  container.after(tools, scale);
  container.setAttribute("tabindex", "0");
  container.setAttribute("role", "application");
  container.setAttribute("aria-label", say("map_label"));

  function measure() {
    const y = map.getSize().y / 2;
    const metres = map.distance(
      map.containerPointToLatLng([0, y]), map.containerPointToLatLng([110, y]),
    );
    if (!metres) return;
    const power = 10 ** Math.floor(Math.log10(metres));
    const round = [5, 2, 1].find((n) => n * power <= metres) * power;
    scale.style.width = `${(110 * round) / metres}px`;
    scale.textContent =
      round >= 1000 ? `${round / 1000} ${say("kilometres")}` : `${round} ${say("metres")}`;
  }
  map.on("zoomend moveend resize", measure);
  measure();

  if (choose) {
    container.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === container) choose(map.getCenter());
    });
  }
};
