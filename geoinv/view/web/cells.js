// Cells: which are shown, which of their faces can be seen, and where a plane cuts them.
const NONE = -1;

class Cells {
  constructor(content) {
    const { corner, level, beside, edges_easting: e, edges_northing: n, edges_upward: u } = content.arrays;
    this.count = level.length;
    this.edges = [e, n, u]; // about the centre of the scene
    this.corner = corner; // (cells, 3): easting, northing, upward
    this.level = level; // width is 2 ** level edges
    this.beside = beside; // (6, cells): neighbour less own number; 0 for none
    this.values = content.fields.map((_, k) => content.arrays[`field_${k}`]);
    const { easting, northing, upward } = content.window;
    this.core = new Uint8Array(this.count);
    const limits = [easting, northing, upward];
    for (let c = 0; c < this.count; c += 1) {
      let inside = 1;
      for (let axis = 0; axis < 3; axis += 1) {
        const [low, high] = this.sides(c, axis);
        const middle = 0.5 * (low + high);
        if (middle < limits[axis][0] || middle > limits[axis][1]) inside = 0;
      }
      this.core[c] = inside;
    }
  }

  sides(cell, axis) {
    const at = this.corner[3 * cell + axis];
    return [this.edges[axis][at], this.edges[axis][at + (1 << this.level[cell])]];
  }

  /** Which cells are at or above (or at or below) a threshold, and how many they are. */
  within(field, threshold, above, padding) {
    const values = this.values[field.number];
    const shown = new Uint8Array(this.count);
    let count = 0;
    for (let c = 0; c < this.count; c += 1) {
      if (!padding && !this.core[c]) continue;
      const value = field.signed ? Math.abs(values[c]) : values[c];
      if (above ? value >= threshold : value <= threshold) {
        shown[c] = 1;
        count += 1;
      }
    }
    return { shown, count };
  }

  /** Faces between shown cells and all others. */
  surface(field, shown) {
    let count = 0;
    const hidden = (c, side) => {
      const step = this.beside[side * this.count + c];
      return step !== 0 && shown[c + step];
    };
    for (let c = 0; c < this.count; c += 1) {
      if (shown[c]) for (let side = 0; side < 6; side += 1) if (!hidden(c, side)) count += 1;
    }
    const faces = new Faces(count);
    for (let c = 0; c < this.count; c += 1) {
      if (!shown[c]) continue;
      for (let side = 0; side < 6; side += 1) {
        if (!hidden(c, side)) faces.add(this, c, side, this.values[field.number][c]);
      }
    }
    return faces;
  }

  /** Where a plane across an axis cuts the cells. */
  slice(field, axis, position, padding) {
    const values = this.values[field.number];
    const cut = [];
    for (let c = 0; c < this.count; c += 1) {
      if ((!padding && !this.core[c]) || Number.isNaN(values[c])) continue;
      const [low, high] = this.sides(c, axis);
      if (low <= position && position < high) cut.push(c);
    }
    const faces = new Faces(cut.length);
    for (const c of cut) faces.add(this, c, 2 * axis, values[c], position);
    return faces;
  }
}

/** Faces of cells in a texture: low corner, value, high corner, and the cell with the side in the last three bits. */
class Faces {
  constructor(count) {
    const rows = Math.max(1, Math.ceil((2 * count) / TEXELS));
    this.bits = new Uint32Array(4 * TEXELS * rows);
    this.numbers = new Float32Array(this.bits.buffer);
    this.size = 0;
  }

  add(cells, cell, side, value, position = null) {
    const at = 8 * this.size;
    for (let axis = 0; axis < 3; axis += 1) {
      const [low, high] = cells.sides(cell, axis);
      const across = position !== null && axis === side >> 1;
      this.numbers[at + axis] = across ? position : low;
      this.numbers[at + 4 + axis] = across ? position : high;
    }
    this.numbers[at + 3] = value;
    this.bits[at + 7] = ((cell + 1) << 3) | side;
    this.size += 1;
  }

  shape(graphics) {
    return graphics.faces(this.bits, this.size);
  }
}
