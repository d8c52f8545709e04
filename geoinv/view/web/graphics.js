// WebGL: four programs, for faces of cells, surfaces through stations or ground, points, and lines.
const TEXELS = 4096; // width of the texture that faces stand in
const COMMON = `#version 300 es
precision highp float; precision highp int;
uniform vec3 u_right, u_up, u_forward, u_target; uniform vec2 u_half; uniform float u_depth, u_exaggeration;
vec4 project(vec3 p) {
  p.z *= u_exaggeration;
  vec3 q = p - u_target;
  return vec4(dot(q, u_right) / u_half.x, dot(q, u_up) / u_half.y, dot(q, u_forward) / u_depth, 1.0);
}`;
const PAINT = `#version 300 es
precision highp float; precision highp int;
uniform bool u_pick; uniform sampler2D u_colours; uniform vec2 u_range;
out vec4 colour;
vec4 identity(uint id) { return vec4(id & 255u, (id >> 8) & 255u, (id >> 16) & 255u, (id >> 24) & 255u) / 255.0; }
vec3 coloured(float value) {
  float place = clamp((value - u_range.x) / (u_range.y - u_range.x), 0.0, 1.0);
  return texture(u_colours, vec2((place * 255.0 + 0.5) / 256.0, 0.5)).rgb;
}`;
const PROGRAMS = {
  faces: [`${COMMON}
uniform highp usampler2D u_faces;
out float v_value, v_light; out vec2 v_place; flat out uint v_id;
const int CORNERS[6] = int[6](0, 1, 2, 2, 1, 3);
void main() {
  // two texels a face; drawn as instances, faces take a renderer without a graphics card a thousand times as long
  int first = 2 * (gl_VertexID / 6), corner = CORNERS[gl_VertexID % 6];
  uvec4 one = texelFetch(u_faces, ivec2(first % ${TEXELS}, first / ${TEXELS}), 0);
  uvec4 two = texelFetch(u_faces, ivec2(first % ${TEXELS} + 1, first / ${TEXELS}), 0);
  vec2 at = vec2(corner & 1, corner >> 1);
  uint side = two.w & 7u, axis = side >> 1;
  float far = float(side & 1u);
  vec3 share = axis == 0u ? vec3(far, at) : axis == 1u ? vec3(at.x, far, at.y) : vec3(at, far);
  gl_Position = project(mix(uintBitsToFloat(one.xyz), uintBitsToFloat(two.xyz), share));
  v_value = uintBitsToFloat(one.w); v_place = at; v_id = two.w >> 3;
  v_light = axis == 0u ? 0.86 : axis == 1u ? 0.92 : far > 0.5 ? 1.0 : 0.75;
}`, `${PAINT}
in float v_value, v_light; in vec2 v_place; flat in uint v_id; uniform bool u_flat;
void main() {
  if (u_pick) { colour = identity(v_id); return; }
  vec2 pixel = fwidth(v_place);
  vec2 edge = min(v_place, 1.0 - v_place) / pixel;
  float line = 1.0 - smoothstep(0.5, 1.3, min(edge.x, edge.y));
  line *= 0.28 * (1.0 - smoothstep(0.08, 0.25, max(pixel.x, pixel.y)));
  vec3 plain = coloured(v_value) * (u_flat ? 1.0 : v_light);
  // sides of dark cells are drawn lighter
  bool dark = dot(plain, vec3(0.3, 0.59, 0.11)) < 0.25;
  colour = vec4(mix(plain, vec3(dark ? 0.75 : 0.0), line), 1.0);
}`],
  surface: [`${COMMON}
in vec3 a_place; in float a_value; in uint a_id; uniform float u_lift;
out float v_value; out vec3 v_at; flat out uint v_id;
void main() {
  vec3 place = a_place + vec3(0.0, 0.0, u_lift);
  gl_Position = project(place);
  v_value = a_value; v_id = a_id; v_at = vec3(place.xy, place.z * u_exaggeration);
}`, `${PAINT}
in float v_value; in vec3 v_at; flat in uint v_id; uniform vec4 u_plain;
void main() {
  if (u_pick) { colour = identity(v_id); return; }
  vec3 normal = cross(dFdx(v_at), dFdy(v_at));
  float light = 0.55 + 0.45 * abs(dot(normalize(normal), normalize(vec3(-0.5, 0.6, 0.75))));
  colour = u_plain.a > 0.0 ? vec4(u_plain.rgb * light, u_plain.a) : vec4(coloured(v_value), 1.0);
}`],
  points: [`${COMMON}
in vec3 a_place; in float a_value; in uint a_id; uniform float u_lift, u_size;
out float v_value; flat out uint v_id;
void main() {
  gl_Position = project(a_place + vec3(0.0, 0.0, u_lift));
  gl_PointSize = u_size; v_value = a_value; v_id = a_id;
}`, `${PAINT}
in float v_value; flat in uint v_id; uniform bool u_dark;
void main() {
  if (length(gl_PointCoord - 0.5) > 0.5) discard;
  if (u_pick) { colour = identity(v_id); return; }
  colour = u_dark ? vec4(0.0, 0.0, 0.0, 0.35) : vec4(coloured(v_value), 1.0);
}`],
  lines: [`${COMMON}
in vec3 a_low, a_high; in vec4 a_colour; uniform vec2 u_pixels; uniform float u_width;
out vec4 v_colour;
void main() {
  vec4 one = project(a_low), two = project(a_high);
  vec2 along = (two.xy - one.xy) * u_pixels;
  along = length(along) > 0.0 ? normalize(along) : vec2(1.0, 0.0);
  float side = float(gl_VertexID & 1) - 0.5;
  gl_Position = gl_VertexID < 2 ? one : two;
  gl_Position.xy += 2.0 * side * u_width * vec2(-along.y, along.x) / u_pixels;
  v_colour = a_colour;
}`, `${PAINT}
in vec4 v_colour;
void main() { colour = v_colour; }`],
};
const SIZES = { float: [1, 5126], vec3: [3, 5126], vec4: [4, 5126], uint: [1, 5125] };

class Graphics {
  constructor(canvas) {
    this.canvas = canvas;
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: false });
    if (!gl) throw new Error("This page needs WebGL 2, which this browser does not offer: try a recent one, or turn its hardware acceleration on.");
    this.gl = gl;
    this.programs = {};
    for (const [name, sources] of Object.entries(PROGRAMS)) this.programs[name] = this.program(name, sources);
    this.tables = {};
    for (const name of Object.keys(COLOURS)) this.tables[name] = this.texture(colourTable(name));
    this.picked = gl.createFramebuffer();
    this.pickedColour = gl.createRenderbuffer();
    this.pickedDepth = gl.createRenderbuffer();
  }

  program(name, [vertex, fragment]) {
    const gl = this.gl;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`${name}: ${gl.getShaderInfoLog(shader)}`);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`${name}: ${gl.getProgramInfoLog(program)}`);
    const uniforms = {};
    for (let k = 0; k < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); k += 1) {
      const { name: called, type } = gl.getActiveUniform(program, k);
      uniforms[called] = [gl.getUniformLocation(program, called), type];
    }
    return { program, uniforms };
  }

  texture(bytes) {
    const gl = this.gl;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    for (const key of ["TEXTURE_MIN_FILTER", "TEXTURE_MAG_FILTER"]) gl.texParameteri(gl.TEXTURE_2D, gl[key], gl.LINEAR);
    for (const key of ["TEXTURE_WRAP_S", "TEXTURE_WRAP_T"]) gl.texParameteri(gl.TEXTURE_2D, gl[key], gl.CLAMP_TO_EDGE);
    return texture;
  }

  /** What a program draws: attributes [kind, numbers] by name, each for an instance (lines) or a vertex. */
  shape(program, attributes, index) {
    const gl = this.gl;
    const instanced = program === "lines";
    const shape = { program, instanced, array: gl.createVertexArray(), buffers: [], count: 0, indexed: Boolean(index) };
    gl.bindVertexArray(shape.array);
    for (const [name, [kind, numbers]] of Object.entries(attributes)) {
      const [size, type] = SIZES[kind];
      const place = gl.getAttribLocation(this.programs[program].program, name);
      shape.count = numbers.length / size;
      if (place < 0) continue;
      shape.buffers.push(gl.createBuffer());
      gl.bindBuffer(gl.ARRAY_BUFFER, shape.buffers.at(-1));
      gl.bufferData(gl.ARRAY_BUFFER, numbers, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(place);
      if (kind === "uint") gl.vertexAttribIPointer(place, size, type, 0, 0);
      else gl.vertexAttribPointer(place, size, type, false, 0, 0);
      gl.vertexAttribDivisor(place, instanced ? 1 : 0);
    }
    if (index) {
      shape.buffers.push(gl.createBuffer());
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, shape.buffers.at(-1));
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, index, gl.STATIC_DRAW);
      shape.count = index.length;
    }
    gl.bindVertexArray(null);
    return shape;
  }

  /** Faces of cells, eight numbers each (see Faces). */
  faces(numbers, count) {
    const gl = this.gl;
    const rows = Math.max(1, Math.ceil((2 * count) / TEXELS));
    if (rows > gl.getParameter(gl.MAX_TEXTURE_SIZE)) {
      element("failure").textContent = "These cells have more faces than this graphics card can draw: raise the threshold.";
      element("failure").hidden = false;
      return null;
    }
    element("failure").hidden = true;
    const shape = { program: "faces", array: gl.createVertexArray(), buffers: [], count: 6 * count, faces: gl.createTexture() };
    gl.bindTexture(gl.TEXTURE_2D, shape.faces);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32UI, TEXELS, rows);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXELS, rows, gl.RGBA_INTEGER, gl.UNSIGNED_INT, numbers);
    for (const key of ["TEXTURE_MIN_FILTER", "TEXTURE_MAG_FILTER"]) gl.texParameteri(gl.TEXTURE_2D, gl[key], gl.NEAREST);
    return shape;
  }

  free(shape) {
    if (!shape) return;
    shape.buffers.forEach((buffer) => this.gl.deleteBuffer(buffer));
    if (shape.faces) this.gl.deleteTexture(shape.faces);
    this.gl.deleteVertexArray(shape.array);
  }

  draw(shape, values) {
    const gl = this.gl;
    if (!shape || !shape.count) return;
    const { program, uniforms } = this.programs[shape.program];
    gl.useProgram(program);
    for (const [name, [place, type]] of Object.entries(uniforms)) {
      const value = values[name];
      if (type === gl.SAMPLER_2D || type === gl.UNSIGNED_INT_SAMPLER_2D) {
        const unit = type === gl.SAMPLER_2D ? 0 : 1;
        gl.activeTexture(gl.TEXTURE0 + unit);
        gl.bindTexture(gl.TEXTURE_2D, unit ? shape.faces : this.tables[values.colours ?? "viridis"]);
        gl.uniform1i(place, unit);
        gl.activeTexture(gl.TEXTURE0);
      }
      else if (type === gl.FLOAT) gl.uniform1f(place, value ?? 0);
      else if (type === gl.BOOL) gl.uniform1i(place, value ? 1 : 0);
      else if (type === gl.FLOAT_VEC2) gl.uniform2fv(place, value ?? [0, 1]);
      else if (type === gl.FLOAT_VEC3) gl.uniform3fv(place, value);
      else gl.uniform4fv(place, value ?? [0, 0, 0, 0]);
    }
    gl.bindVertexArray(shape.array);
    if (shape.instanced) gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, shape.count);
    else if (shape.faces) gl.drawArrays(gl.TRIANGLES, 0, shape.count);
    else if (shape.indexed) gl.drawElements(gl.TRIANGLES, shape.count, gl.UNSIGNED_INT, 0);
    else gl.drawArrays(gl.POINTS, 0, shape.count);
  }

  /** Match the drawing buffer to the size on the screen; width, height in device pixels. */
  fit() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((n) => Math.max(1, Math.round(ratio * n)));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      Object.assign(this.canvas, { width, height });
      const gl = this.gl;
      gl.bindRenderbuffer(gl.RENDERBUFFER, this.pickedColour);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
      gl.bindRenderbuffer(gl.RENDERBUFFER, this.pickedDepth);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT24, width, height);
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.picked);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, this.pickedColour);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, this.pickedDepth);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    }
    this.gl.viewport(0, 0, width, height);
    return [width, height];
  }

  clear(...colour) {
    const gl = this.gl;
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.clearColor(...colour);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  }

  /** Number of what `paint` draws at a pixel, 0 for nothing. */
  pick(x, y, paint) {
    const gl = this.gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.picked);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(x, y, 1, 1);
    this.clear(0, 0, 0, 0);
    gl.disable(gl.BLEND);
    paint();
    const found = new Uint8Array(4);
    gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, found);
    gl.disable(gl.SCISSOR_TEST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return new Uint32Array(found.buffer)[0];
  }
}
