// Draws triangles in the colours of a field, and tells what is at a pixel.

const CORNERS = `#version 300 es
precision highp float;
in vec3 place, displacement;
in uint code, region;
uniform vec3 low, size, displacementLow, displacementSize, right, up, toward, centre;
uniform float warp, halfHeight, aspect, depth;
out vec3 at, seen;
out float value, known;
flat out uint body;
void main() {
  at = low + size * (place * 65535.0 - 1.0) / 65534.0;
  vec3 moved = displacementLow + displacementSize * (displacement * 65535.0 - 1.0) / 65534.0;
  seen = at + warp * moved - centre;
  value = (float(code) - 1.0) / 65534.0;
  known = code == 0u ? 0.0 : 1.0;
  body = region;
  vec2 onScreen = vec2(dot(seen, right) / aspect, dot(seen, up)) / halfHeight;
  gl_Position = vec4(onScreen, -dot(seen, toward) / depth, 1.0);
}`;

const CUT = `
uniform bool isCut;
uniform vec3 normal;
uniform float height;
void cut() { if (isCut && dot(at, normal) > height) discard; }`;

const COLOURS = `#version 300 es
precision highp float;
in vec3 at, seen;
in float value, known;
uniform vec2 limits;
uniform float shade;
uniform bool isLine;
uniform vec3 toward;
uniform sampler2D colours;
out vec4 colour;
${CUT}
void main() {
  cut();
  if (isLine) { colour = vec4(0.0, 0.0, 0.0, 1.0); return; }
  float share = clamp((value - limits.x) / (limits.y - limits.x), 0.0, 1.0);
  vec3 shown = known < 0.999 ? vec3(0.902) : texture(colours, vec2((share * 255.0 + 0.5) / 256.0, 0.5)).rgb;
  vec3 across = cross(dFdx(seen), dFdy(seen));
  float light = abs(dot(across, toward)) / max(length(across), 1e-30);
  colour = vec4(shown * (1.0 - shade * (1.0 - light)), 1.0);
}`;

const CONTENT = `#version 300 es
precision highp float;
precision highp int;
in vec3 at;
in float value, known;
flat in uint body;
out uvec4 found;
${CUT}
void main() {
  cut();
  uint code = known < 0.999 ? 0u : uint(value * 65534.0 + 1.5);
  found = uvec4(code | ((body + 1u) << 16), floatBitsToUint(at.x), floatBitsToUint(at.y), floatBitsToUint(at.z));
}`;

class Drawing {
  constructor(gl, scene) {
    this.gl = gl;
    this.scene = scene;
    this.attributes = { place: 0, displacement: 1, code: 2, region: 3 };
    this.shown = this.program(CORNERS, COLOURS);
    this.content = this.program(CORNERS, CONTENT);
    this.buffers = { place: this.filled(scene.places.states[0]), region: this.filled(scene.region) };
    this.buffers.displacement = gl.createBuffer();
    this.buffers.code = gl.createBuffer();
    this.lines = this.filled(scene.lines, gl.ELEMENT_ARRAY_BUFFER);
    this.colours = gl.createTexture();
    this.pixel = this.onePixel();
    gl.enable(gl.DEPTH_TEST);
    gl.polygonOffset(1, 1);
    this.layOut();
  }

  program(...sources) {
    const gl = this.gl, program = gl.createProgram();
    sources.forEach((source, number) => {
      const shader = gl.createShader(number ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    });
    for (const [name, place] of Object.entries(this.attributes)) gl.bindAttribLocation(program, place, name);
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    const uniforms = {};
    for (let number = 0; number < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); number++) {
      const { name } = gl.getActiveUniform(program, number);
      uniforms[name] = gl.getUniformLocation(program, name);
    }
    return { program, uniforms };
  }

  filled(numbers, kind = this.gl.ARRAY_BUFFER, buffer = this.gl.createBuffer()) {
    this.gl.bindBuffer(kind, buffer);
    this.gl.bufferData(kind, numbers, this.gl.STATIC_DRAW);
    return buffer;
  }

  // What belongs to a corner.
  layOut() {
    const gl = this.gl;
    for (const [name, place] of Object.entries(this.attributes)) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.enableVertexAttribArray(place);
      if (name === "code" || name === "region") gl.vertexAttribIPointer(place, 1, gl.UNSIGNED_SHORT, 0, 0);
      else gl.vertexAttribPointer(place, 3, gl.UNSIGNED_SHORT, true, 0, 0);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.lines);
  }

  // A picture of one pixel whose colour is what is there.
  onePixel() {
    const gl = this.gl, frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    for (const [format, place] of [[gl.RGBA32UI, gl.COLOR_ATTACHMENT0], [gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT]]) {
      const store = gl.createRenderbuffer();
      gl.bindRenderbuffer(gl.RENDERBUFFER, store);
      gl.renderbufferStorage(gl.RENDERBUFFER, format, 1, 1);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, store);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return frame;
  }

  choose(field, state) {
    const { gl, scene } = this, chosen = scene.fields[field], colours = new Uint8Array(4 * 256).fill(255);
    this.filled(scene.displacements.states[state], gl.ARRAY_BUFFER, this.buffers.displacement);
    this.filled(chosen.states[state], gl.ARRAY_BUFFER, this.buffers.code);
    scene.colours[chosen.colours].forEach((hex, number) => {
      for (let part = 0; part < 3; part++) colours[4 * number + part] = parseInt(hex.substr(1 + 2 * part, 2), 16);
    });
    gl.bindTexture(gl.TEXTURE_2D, this.colours);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colours);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, gl.LINEAR);
  }

  use({ program, uniforms }, camera, view) {
    const { gl, scene } = this, plane = scene.planes[view.plane];
    const shares = view.limits.map((limit) => {
      const [low, high] = scene.fields[view.field].range;
      return (limit - low) / (high - low || 1);
    });
    const side = plane && plane.axis === 1 ? -1 : 1, normal = [0, 0, 0];
    if (plane) normal[plane.axis] = view.isTurned ? -side : side;
    gl.useProgram(program);
    const set = (kind, name, ...values) => name in uniforms && gl[`uniform${kind}`](uniforms[name], ...values);
    for (const [name, value] of Object.entries({
      low: scene.places.low, size: sum(scene.places.high, scene.places.low, -1), centre: camera.centre, normal,
      displacementLow: scene.displacements.low, ...camera.axes(),
      displacementSize: sum(scene.displacements.high, scene.displacements.low, -1),
    })) set("3fv", name, value);
    const height = plane ? plane.height * normal[plane.axis] : 0;
    const aspect = gl.drawingBufferWidth / gl.drawingBufferHeight;
    const { halfHeight, depth } = camera;
    for (const [name, value] of Object.entries({ warp: view.warp, halfHeight, aspect, depth, height })) {
      set("1f", name, value);
    }
    set("2fv", "limits", shares);
    return set;
  }

  // Triangles uncut and, of a plane, its section, of the roles that are shown.
  draw(programs, camera, view, withLines) {
    const { gl } = this, set = this.use(programs, camera, view);
    for (const group of this.scene.groups) {
      const isSection = group.plane >= 0;
      if (!view.roles.has(group.role) || (isSection && group.plane !== view.plane)) continue;
      set("1i", "isCut", view.plane >= 0 && !isSection);
      set("1f", "shade", isSection || camera.isFlat ? 0 : 0.35);
      set("1i", "isLine", false);
      gl[isSection || camera.isFlat ? "disable" : "enable"](gl.CULL_FACE);
      gl.enable(gl.POLYGON_OFFSET_FILL);
      gl.drawArrays(gl.TRIANGLES, group.first, group.count);
      gl.disable(gl.POLYGON_OFFSET_FILL);
      if (!withLines) continue;
      set("1i", "isLine", true);
      gl.drawElements(gl.LINES, 2 * group.lines, gl.UNSIGNED_INT, 8 * group["first line"]);
    }
  }

  show(camera, view) {
    const gl = this.gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(1, 1, 1, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.draw(this.shown, camera, view, view.hasLines);
  }

  // Region, value and place before displacement at a pixel, counted from below; nothing where there is nothing.
  contentAt(right, up, camera, view) {
    const gl = this.gl, found = new Uint32Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.pixel);
    gl.viewport(-right, -up, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearBufferuiv(gl.COLOR, 0, [0, 0, 0, 0]);
    gl.clearBufferfv(gl.DEPTH, 0, [1]);
    this.draw(this.content, camera, view, false);
    gl.readPixels(0, 0, 1, 1, gl.RGBA_INTEGER, gl.UNSIGNED_INT, found);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    if (!found[0]) return null;
    const code = found[0] & 0xffff, [low, high] = this.scene.fields[view.field].range;
    const value = code ? low + ((high - low) * (code - 1)) / 65534 : NaN;
    return { region: (found[0] >>> 16) - 1, value, place: Array.from(new Float32Array(found.buffer, 4, 3)) };
  }
}
