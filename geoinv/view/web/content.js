// What the page was given: a header in JSON, and numbers in one compressed block.
const KINDS = {
  float32: Float32Array, float64: Float64Array, int32: Int32Array, uint16: Uint16Array, uint8: Uint8Array,
};

const element = (id) => document.getElementById(id);

/** Header with its arrays in place of their names. */
async function readContent() {
  const header = JSON.parse(element("header").textContent);
  const text = element("numbers").textContent.trim();
  const letters = atob(text);
  const packed = new Uint8Array(letters.length);
  for (let k = 0; k < packed.length; k += 1) packed[k] = letters.charCodeAt(k);
  element("numbers").remove();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  const arrays = {};
  for (const [name, [kind, start, length]] of Object.entries(header.arrays)) {
    arrays[name] = new KINDS[kind](bytes, start, length);
  }
  return { ...header, arrays };
}

/** Number to four digits, as a reader writes it. */
function told(value) {
  if (!Number.isFinite(value)) return "no value";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(3).replace("-", "\u2212");
  return String(Number(value.toPrecision(4))).replace("-", "\u2212");
}

/** Coordinate with thin spaces between its thousands. */
function coordinate(value) {
  const text = String(Math.round(10 * Math.abs(value)) / 10);
  const [whole, part] = text.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return `${value < 0 && text !== "0" ? "\u2212" : ""}${spaced}${part ? `.${part}` : ""}`;
}

const withUnits = (text, units) => (units ? `${text} ${units}` : text);
