// A camera without perspective: lengths across the line of sight are to scale.
class Camera {
  constructor(window, exaggeration, extra) {
    this.window = window;
    this.extra = extra; // metres above the window that are drawn too
    this.exaggeration = exaggeration;
    this.reset();
  }

  reset() {
    this.azimuth = 335; // degrees from north, clockwise, in which it looks
    this.elevation = 28;
    this.zoom = 1;
    this.moved = [0, 0];
  }

  get size() {
    const { easting: [w, e], northing: [s, n], upward: [b, t] } = this.window;
    return Math.hypot(e - w, n - s, (t - b + this.extra) * this.exaggeration);
  }

  get axes() {
    const [a, h] = [(this.azimuth * Math.PI) / 180, (this.elevation * Math.PI) / 180];
    return {
      right: [Math.cos(a), -Math.sin(a), 0],
      up: [Math.sin(a) * Math.sin(h), Math.cos(a) * Math.sin(h), Math.cos(h)],
      forward: [Math.cos(h) * Math.sin(a), Math.cos(h) * Math.cos(a), -Math.sin(h)],
    };
  }

  get target() {
    const { easting, northing, upward } = this.window;
    const { right, up } = this.axes;
    const middle = [easting, northing, [upward[0], upward[1] + this.extra]].map(([low, high]) => 0.5 * (low + high));
    middle[2] *= this.exaggeration;
    return middle.map((value, k) => value + this.moved[0] * right[k] + this.moved[1] * up[k]);
  }

  /** Half the height of what is seen, in metres: all of the box, whichever way it is turned. */
  halfHeight(width, height) {
    const { easting, northing, upward } = this.window;
    const half = [easting, northing, [upward[0], upward[1] + this.extra]].map(([low, high]) => 0.5 * (high - low));
    half[2] *= this.exaggeration;
    const { right, up } = this.axes;
    const reach = (axis) => half.reduce((sum, value, k) => sum + value * Math.abs(axis[k]), 0);
    // labels stand further out to the sides than above and below
    return Math.max(1.14 * reach(up), (1.32 * reach(right) * height) / width) / this.zoom;
  }

  uniforms(width, height) {
    const { right, up, forward } = this.axes;
    const half = this.halfHeight(width, height);
    return {
      u_right: right, u_up: up, u_forward: forward, u_target: this.target,
      u_half: [(half * width) / height, half], u_depth: 4 * this.size, u_exaggeration: this.exaggeration,
      u_pixels: [width / 2, height / 2],
    };
  }

  /** Pixels (from the left, from the top) of a point. */
  project([x, y, z], width, height) {
    const { u_right, u_up, u_target, u_half } = this.uniforms(width, height);
    const q = [x - u_target[0], y - u_target[1], z * this.exaggeration - u_target[2]];
    const dot = (axis) => q[0] * axis[0] + q[1] * axis[1] + q[2] * axis[2];
    return [((1 + dot(u_right) / u_half[0]) * width) / 2, ((1 - dot(u_up) / u_half[1]) * height) / 2];
  }

  /** Turn, move and zoom by the pointer; `changed` is called after each. */
  follow(canvas, changed) {
    let last = null;
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => {
      last = [event.clientX, event.clientY];
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", () => { last = null; });
    canvas.addEventListener("pointercancel", () => { last = null; });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
      last = [event.clientX, event.clientY];
      if (event.buttons === 2 || event.shiftKey) {
        const metres = (2 * this.halfHeight(canvas.clientWidth, canvas.clientHeight)) / canvas.clientHeight;
        this.moved[0] -= dx * metres;
        this.moved[1] += dy * metres;
      } else {
        this.azimuth = (this.azimuth + 0.4 * dx + 360) % 360;
        this.elevation = Math.max(-90, Math.min(90, this.elevation + 0.4 * dy));
      }
      changed();
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom = Math.max(0.1, Math.min(200, this.zoom * Math.exp(-0.0012 * event.deltaY)));
      changed();
    }, { passive: false });
  }
}
