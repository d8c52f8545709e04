// The scene: what is shown, and what the panel changes in it.
const MANY = 3000; // stations, drawn as fine dots

class Scene {
  constructor(content) {
    this.content = content;
    this.graphics = new Graphics(element("scene"));
    this.cells = content.fields.length ? new Cells(content) : null;
    this.field = content.fields[0] ?? null;
    this.channel = content.channels[0] ?? null;
    this.slices = ["easting", "northing", "upward"].map((axis, number) => ({
      axis, number, shown: axis === "northing", position: (content.cut ?? [0, 0, 0])[number], shape: null,
    }));
    const { easting, northing } = content.window;
    this.longest = Math.max(easting[1] - easting[0], northing[1] - northing[0]);
    this.liftShare = this.cells ? 0.5 : 0;
    this.camera = new Camera(content.window, 1, this.channel ? this.lift : 0);
    this.frame = new Frame(this.graphics, content);
    this.asked = false;
    this.build();
  }

  get lift() { return this.liftShare * this.longest; }

  get stationCount() { return this.content.arrays.stations ? this.content.arrays.stations.length / 3 : 0; }

  build() {
    const { arrays } = this.content;
    if (arrays.ground) this.ground = groundShape(this.graphics, arrays);
    if (arrays.holes) {
      const colour = new Float32Array((arrays.holes.length / 6) * 4);
      for (let k = 0; k < colour.length; k += 4) colour.set([0, 0.47, 0.42, 1], k);
      const ends = [0, 3].map((from) => Float32Array.from({ length: arrays.holes.length / 2 }, (_, k) => arrays.holes[6 * Math.floor(k / 3) + from + (k % 3)]));
      this.holes = this.graphics.shape("lines", { a_low: ["vec3", ends[0]], a_high: ["vec3", ends[1]], a_colour: ["vec4", colour] });
    }
    this.setData();
  }

  setCells() {
    if (!this.cells) return;
    const above = element("sense").value === "above";
    const { shown, count } = this.cells.within(this.field, this.threshold, above, element("padding").checked);
    this.graphics.free(this.body);
    this.body = this.cells.surface(this.field, shown).shape(this.graphics);
    element("threshold-value").textContent = withUnits(told(this.threshold), this.field.units);
    element("shown").textContent = `${coordinate(count)} of ${coordinate(this.cells.count)} active cells${this.field.signed ? ", by size without the sign" : ""}`;
    this.redraw();
  }

  get threshold() {
    const share = Number(element("threshold").value) / 1000;
    const low = this.field.signed ? 0 : this.field.low;
    return low + share * (this.field.high - low);
  }

  setSlice(slice) {
    this.graphics.free(slice.shape);
    slice.shape = null;
    if (slice.shown && this.cells) {
      slice.shape = this.cells.slice(this.field, slice.number, slice.position, element("padding").checked).shape(this.graphics);
    }
    this.redraw();
  }

  setData() {
    [this.drape, this.dots].forEach((shape) => this.graphics.free(shape));
    this.drape = this.dots = null;
    if (this.channel) {
      const { stations, triangles } = this.content.arrays;
      const first = this.cells ? this.cells.count : 0;
      const attributes = {
        a_place: ["vec3", stations],
        a_value: ["float", this.content.arrays[this.channel.array]],
        a_id: ["uint", Uint32Array.from({ length: this.stationCount }, (_, k) => first + 1 + k)],
      };
      if (triangles) this.drape = this.graphics.shape("surface", attributes, new Uint32Array(triangles));
      this.dots = this.graphics.shape("points", attributes);
    }
    this.camera.extra = this.channel ? this.lift : 0;
    this.setBars();
    this.redraw();
  }

  setBars() {
    const bars = [];
    if (this.field) bars.push(colourBar(withUnits(this.field.name, this.field.units && `(${this.field.units})`), this.field));
    if (this.channel) bars.push(colourBar(withUnits(this.channel.name, this.channel.units && `(${this.channel.units})`), this.channel));
    element("bars").replaceChildren(...bars);
  }

  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }

  /** Everything that the pointer can stand on. */
  paint(uniforms, u_pick) {
    const model = this.field && { ...uniforms, u_pick, colours: this.field.colours, u_range: [this.field.low, this.field.high] };
    if (element("body").checked) this.graphics.draw(this.body, model);
    this.slices.forEach(({ shape }) => this.graphics.draw(shape, { ...model, u_flat: true }));
    if (!this.channel) return;
    const data = { ...uniforms, u_pick, colours: this.channel.colours, u_range: [this.channel.low, this.channel.high], u_lift: this.lift };
    this.graphics.draw(this.drape, data);
    const ratio = window.devicePixelRatio || 1;
    this.graphics.draw(this.dots, { ...data, u_dark: Boolean(this.drape), u_size: ratio * (this.drape ? (u_pick ? 5 : this.stationCount > MANY ? 1 : 2) : 7) });
  }

  draw() {
    const [width, height] = this.graphics.fit();
    const uniforms = this.camera.uniforms(width, height);
    const gl = this.graphics.gl;
    this.graphics.clear(1, 1, 1, 1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    this.paint(uniforms, false);
    // holes are seen through the cells round them
    gl.depthFunc(gl.ALWAYS);
    if (element("holes").checked) this.graphics.draw(this.holes, { ...uniforms, u_width: 4 * (window.devicePixelRatio || 1) });
    gl.depthFunc(gl.LEQUAL);
    this.frame.draw(this.camera, width, height, uniforms);
    if (element("topography").checked) {
      gl.depthMask(false);
      this.graphics.draw(this.ground, { ...uniforms, u_plain: [0.62, 0.55, 0.43, 0.28] });
      gl.depthMask(true);
    }
  }

  /** What stands under a place on the screen, in words. */
  tell(x, y) {
    const canvas = element("scene");
    const [width, height] = this.graphics.fit();
    const uniforms = this.camera.uniforms(width, height);
    const place = [Math.floor((x / canvas.clientWidth) * width), height - 1 - Math.floor((y / canvas.clientHeight) * height)];
    const found = this.graphics.pick(...place, () => this.paint(uniforms, true));
    const first = this.cells ? this.cells.count : 0;
    if (!found) return "Point at a cell or a station.";
    return found > first ? this.tellStation(found - first - 1) : this.tellCell(found - 1);
  }

  tellCell(cell) {
    const { centre } = this.content;
    const index = [2, 1, 0].map((axis) => this.cells.corner[3 * cell + axis]);
    const sides = [0, 1, 2].map((axis) => this.cells.sides(cell, axis));
    const [east, north, up] = sides.map(([low, high], axis) => coordinate(0.5 * (low + high) + centre[axis]));
    const size = sides.map(([low, high]) => coordinate(high - low)).join(" \u00d7 ");
    const value = this.cells.values[this.field.number][cell];
    return `Cell (upward, northing, easting) = (${index.join(", ")}), ${size} m\n`
      + `centre: easting ${east}, northing ${north}, elevation ${up} m\n`
      + `${this.field.name}: ${withUnits(told(value), this.field.units)}`;
  }

  tellStation(station) {
    const { centre, arrays, channels, lines } = this.content;
    const [east, north, up] = [0, 1, 2].map((axis) => coordinate(arrays.stations[3 * station + axis] + centre[axis]));
    const line = lines ? `, line ${lines.names[arrays.line[station]]}` : "";
    const values = channels.map((one) => `${one.name}: ${withUnits(told(arrays[one.array][station]), one.units)}`);
    return `Station ${station}${line}: easting ${east}, northing ${north}, elevation ${up} m\n${values.join("; ")}`;
  }
}

function groundShape(graphics, { ground, ground_easting: east, ground_northing: north }) {
  const places = new Float32Array(3 * ground.length);
  ground.forEach((value, k) => places.set([east[k % east.length], north[Math.floor(k / east.length)], value], 3 * k));
  const index = [];
  for (let row = 0; row + 1 < north.length; row += 1) {
    for (let column = 0; column + 1 < east.length; column += 1) {
      const [a, b] = [row * east.length + column, (row + 1) * east.length + column];
      if ([a, a + 1, b, b + 1].every((k) => Number.isFinite(ground[k]))) index.push(a, a + 1, b, b, a + 1, b + 1);
    }
  }
  const attributes = {
    a_place: ["vec3", places], a_value: ["float", new Float32Array(ground.length)], a_id: ["uint", new Uint32Array(ground.length)],
  };
  return graphics.shape("surface", attributes, new Uint32Array(index));
}

readContent().then((content) => {
  const scene = new Scene(content);
  connect(scene, content);
  document.body.dataset.ready = "yes";
}).catch((error) => {
  element("failure").textContent = error.message;
  element("failure").hidden = false;
  document.body.dataset.ready = "failed";
});
