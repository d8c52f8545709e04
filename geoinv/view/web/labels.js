// The box with its coordinates, the bar of lengths, the compass, and the bars of colours.
function niceStep(span, count) {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= 0.999 * rough);
}

class Frame {
  constructor(graphics, content) {
    this.graphics = graphics;
    this.window = content.window;
    this.centre = content.centre;
    this.holder = element("labels");
    this.lines = null;
  }

  /** Ticks along an axis, about the centre: [position, its text]. */
  ticks(axis, count) {
    const [low, high] = this.window[["easting", "northing", "upward"][axis]];
    const step = niceStep(high - low, count);
    const shift = this.centre[axis];
    const found = [];
    for (let k = Math.ceil((low + shift) / step - 1e-9); k * step - shift <= high + 1e-9 * step; k += 1) {
      found.push([k * step - shift, coordinate(k * step)]);
    }
    return found;
  }

  draw(camera, width, height, uniforms) {
    const { easting, northing, upward } = this.window;
    const sides = [easting, northing, upward];
    const { right, forward } = camera.axes;
    // the sides of the box that face the camera
    const near = [0, 1].map((axis) => sides[axis][forward[axis] > 0 ? 0 : 1]);
    const bottom = sides[2][forward[2] > 0 ? 1 : 0];
    const low = [], high = [];
    const line = (a, b) => { low.push(...a); high.push(...b); };
    for (let axis = 0; axis < 3; axis += 1) {
      const [one, two] = [0, 1, 2].filter((other) => other !== axis);
      for (const a of sides[one]) for (const b of sides[two]) {
        const ends = sides[axis].map((value) => { const p = [0, 0, 0]; p[axis] = value; p[one] = a; p[two] = b; return p; });
        line(...ends);
      }
    }
    const texts = [];
    const reach = 0.025 * Math.max(easting[1] - easting[0], northing[1] - northing[0]);
    const out = [0, 1].map((axis) => (near[axis] === sides[axis][0] ? -1 : 1));
    // an axis that points at the camera has no room for labels
    const seen = (axis) => Math.hypot(...[camera.axes.right, camera.axes.up].map((direction) => direction[axis])) > 0.2;
    [[0, 1], [1, 0]].forEach(([axis, other]) => {
      if (!seen(axis)) return;
      const at = (value, away) => { const p = [0, 0, bottom]; p[axis] = value; p[other] = near[other] + out[other] * away; return p; };
      this.ticks(axis, 4).forEach(([value, text]) => { line(at(value, 0), at(value, reach)); texts.push([at(value, 3 * reach), text, ""]); });
      const middle = 0.5 * (sides[axis][0] + sides[axis][1]);
      texts.push([at(middle, 8 * reach), `${["easting", "northing"][axis]} (m)`, "axis"]);
    });
    // heights stand at the upright edge that is furthest to the left
    const corners = easting.flatMap((x) => northing.map((y) => [x, y]));
    const left = corners.reduce((best, p) => (p[0] * right[0] + p[1] * right[1] < best[0] * right[0] + best[1] * right[1] ? p : best));
    if (seen(2) && upward[1] > upward[0]) {
      const at = (z, away) => [left[0] - right[0] * away, left[1] - right[1] * away, z];
      this.ticks(2, 3).forEach(([value, text]) => { line(at(value, 0), at(value, reach)); texts.push([at(value, 2.6 * reach), text, ""]); });
      texts.push([at(upward[1] + 2.2 * reach / camera.exaggeration, 0), "elevation (m)", "axis"]);
    }
    this.graphics.free(this.lines);
    const colours = new Float32Array((low.length / 3) * 4).fill(0.55);
    for (let k = 3; k < colours.length; k += 4) colours[k] = 1;
    this.lines = this.graphics.shape("lines", {
      a_low: ["vec3", new Float32Array(low)], a_high: ["vec3", new Float32Array(high)], a_colour: ["vec4", colours],
    });
    this.graphics.draw(this.lines, { ...uniforms, u_width: 1.2 });
    const canvas = this.graphics.canvas;
    this.holder.replaceChildren(...texts.map(([place, text, kind]) => {
      const span = document.createElement("span");
      const [x, y] = camera.project(place, canvas.clientWidth, canvas.clientHeight);
      Object.assign(span, { textContent: text, className: kind });
      span.style.left = `${x}px`;
      span.style.top = `${y}px`;
      return span;
    }));
    this.scaleBar(camera, canvas);
    compass(camera);
  }

  scaleBar(camera, canvas) {
    const metres = (2 * camera.halfHeight(canvas.clientWidth, canvas.clientHeight)) / canvas.clientHeight;
    const length = niceStep(140 * metres * 0.5, 1);
    element("scale-bar").querySelector("div").style.width = `${length / metres}px`;
    element("scale-bar").querySelector("span").textContent = length >= 1000 ? `${length / 1000} km` : `${coordinate(length)} m`;
  }
}

/** Arrows to the east, to the north and up, as the camera sees them. */
function compass(camera) {
  const canvas = element("compass");
  const pen = canvas.getContext("2d");
  const { right, up } = camera.axes;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  [["E", 0, "#777"], ["up", 2, "#777"], ["N", 1, "#b71c1c"]].forEach(([name, axis, colour]) => {
    const [x, y] = [40 * right[axis], -40 * up[axis]];
    if (Math.hypot(x, y) < 4) return;
    const angle = Math.atan2(y, x);
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = axis === 1 ? 3 : 1.5;
    pen.beginPath();
    pen.moveTo(60, 60);
    pen.lineTo(60 + x, 60 + y);
    for (const turn of [-2.6, 2.6]) {
      pen.moveTo(60 + x, 60 + y);
      pen.lineTo(60 + x + 8 * Math.cos(angle + turn), 60 + y + 8 * Math.sin(angle + turn));
    }
    pen.stroke();
    pen.font = axis === 1 ? "bold 14px system-ui, sans-serif" : "11px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(name, 60 + x + 12 * Math.cos(angle), 60 + y + 12 * Math.sin(angle));
  });
}

/** A bar of colours with its name, units and numbers. */
function colourBar(title, { low, high, colours }) {
  const holder = document.createElement("div");
  holder.className = "bar";
  const name = document.createElement("p");
  name.textContent = title;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 1, height: 256 });
  const table = colourTable(colours);
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(1, 256);
  for (let k = 0; k < 256; k += 1) image.data.set(table.subarray(4 * (255 - k), 4 * (256 - k)), 4 * k);
  pen.putImageData(image, 0, 0);
  const scale = document.createElement("div");
  scale.append(canvas);
  holder.append(name, scale);
  const step = niceStep(high - low, 4);
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) {
    const tick = document.createElement("span");
    tick.textContent = told(Number((k * step).toPrecision(10)));
    tick.style.top = `${100 * (1 - (k * step - low) / (high - low))}%`;
    scale.append(tick);
  }
  return holder;
}
