// Colour maps at equal distances: magma reversed, red and blue about zero, viridis (those of Matplotlib).
const COLOURS = {
  magma_r: ["fcfdbf", "fde0a1", "fec287", "fea571", "fb8761", "f4695c", "e55064", "cf4070", "b5367a",
    "9b2e7f", "812581", "681c81", "4f127b", "341069", "1c1044", "090720", "000004"],
  RdBu_r: ["053061", "175290", "2a71b2", "3f8ec0", "6bacd1", "9bc9e0", "c2ddec", "e0ecf3", "f7f6f6",
    "fbe5d8", "fbccb4", "f5aa89", "e48066", "d05548", "ba2832", "930e26", "67001f"],
  viridis: ["440154", "48186a", "472d7b", "424086", "3b528b", "33638d", "2c728e", "26828e", "21918c",
    "1fa088", "28ae80", "3fbc73", "5ec962", "84d44b", "addc30", "d8e219", "fde725"],
};

/** Bytes (256, 4) of a colour map. */
function colourTable(name) {
  const stops = COLOURS[name].map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const table = new Uint8Array(1024);
  for (let k = 0; k < 256; k += 1) {
    const place = (k / 255) * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    for (let c = 0; c < 3; c += 1) {
      table[4 * k + c] = Math.round(stops[below][c] + (place - below) * (stops[below + 1][c] - stops[below][c]));
    }
    table[4 * k + 3] = 255;
  }
  return table;
}
