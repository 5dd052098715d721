/* Marks of findings: a diamond, a triangle, a dot, so that colour is not alone in telling them
   apart; smaller from afar, so that a town full of them still shows its grids. */
"use strict";

Town.INK = { E: "#b3201a", W: "#9a5700", I: "#1f5c9e" };
Town.DASH = { E: null, W: "8 5", I: "2 5" };

L.Canvas.include({
  _updateFlag(layer) {
    if (!this._drawing || layer._empty()) return;
    const { x, y } = layer._point;
    const r = layer._radius;
    const pen = this._ctx;
    pen.beginPath();
    if (layer.options.severity === "I") pen.arc(x, y, r, 0, 2 * Math.PI);
    else {
      const corners = layer.options.severity === "E"
        ? [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]]
        : [[0, -1.2], [1.2, 0.95], [-1.2, 0.95]];
      corners.forEach(([dx, dy], i) => (i ? pen.lineTo(x + dx * r, y + dy * r) : pen.moveTo(x + dx * r, y + dy * r)));
      pen.closePath();
    }
    this._fillStroke(pen, layer);
  },
});

Town.Flag = L.CircleMarker.extend({
  _updatePath() { this._renderer._updateFlag(this); },
});

/** Draws findings on a map; `mark` returns the layers of one, each with what a click does. */
Town.marker = (map, style) => {
  const flags = [];
  const strokes = [];
  function mark({ shapes, severity }, color, click) {
    const made = [];
    const touch = (layer) => {
      layer.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        click();
      });
      made.push(layer);
      return layer;
    };
    const line = { ...style, interactive: true, bubblingMouseEvents: false, color, dashArray: Town.DASH[severity] };
    const { areas, paths } = shapes;
    if (areas.length) touch(L.polygon(Town.polygon(areas), { ...line, weight: 2, fillColor: color, fillOpacity: 0.4 }));
    if (paths.length) strokes.push(touch(L.polyline(paths.map(Town.path), { ...line, weight: 4 })));
    flags.push(touch(new Town.Flag(Town.latLng(...shapes.mark), {
      ...line, dashArray: null, severity, radius: 6.5, weight: 1.5, color: "#fff", fillColor: color, fillOpacity: 1,
    })));
    return made;
  }
  function resize() {
    const zoom = map.getZoom();
    for (const flag of flags) flag.options.radius = flag._radius = zoom < 14.5 ? 3.6 : zoom < 15.75 ? 5 : 6.5;
    for (const stroke of strokes) stroke.options.weight = zoom < 14.5 ? 1.6 : zoom < 16 ? 2.6 : 4;
  }
  map.on("zoomend", resize);
  return { mark, resize };
};

/** Everything that a finding's shapes reach. */
Town.reach = ({ areas, paths, points, mark }) => {
  const around = L.latLngBounds([Town.latLng(...mark), Town.latLng(...mark)]);
  for (const path of [...Town.polygon(areas).flat(), ...paths.map(Town.path)]) for (const at of path) around.extend(at);
  for (const point of points) around.extend(Town.latLng(...point));
  return around;
};
