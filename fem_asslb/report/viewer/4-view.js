// A view with its controls. Names come from a run: they are only ever put in as text.

function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const AXES = ["x", "y", "z"];

class View {
  constructor(root, scene) {
    this.scene = scene;
    this.isFlat = scene.dimension === 2;
    this.camera = new Camera(...scene.focus, this.isFlat);
    this.canvas = made("canvas", { tabIndex: 0, className: "picture" });
    this.told = made("p", { className: "note told" });
    this.scale = made("div", { className: "scale" });
    // Of a body one sees the outside alone, which tells little: it is cut in the middle of its depth at first.
    const across = [...scene.planes.keys()].filter((number) => scene.planes[number].axis === 1);
    this.view = {
      field: 0, state: scene["first state"], plane: across[across.length >> 1] ?? -1, isTurned: false, warp: 0,
      hasLines: true, roles: new Set(scene.roles.keys()), limits: scene.fields[0].limits,
    };
    root.append(made("div", { className: "seen" }, this.canvas, this.scale, this.controls()), this.told);
    const gl = this.canvas.getContext("webgl2", { antialias: true, preserveDrawingBuffer: true });
    if (!gl) throw new Error("this browser draws no WebGL 2");
    this.drawing = new Drawing(gl, scene);
    this.listen();
    this.choose();
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  controls() {
    const { scene, view } = this;
    const select = (options, value, change) => {
      const items = options.map((text, number) => made("option", { value: number, textContent: text }));
      const list = made("select", {}, ...items);
      list.value = value;
      list.addEventListener("change", () => change(Number(list.value)));
      return list;
    };
    const box = (text, isOn, change) => {
      const input = made("input", { type: "checkbox", checked: isOn });
      input.addEventListener("change", () => { change(input.checked); this.draw(); });
      return made("label", { className: "choice" }, input, text);
    };
    const labelled = (text, ...children) => made("div", {}, made("span", { className: "what" }, text), ...children);
    const title = (field) => `${field.name}${field.unit && ` [${field.unit}]`}`;
    const numbers = [0, 1].map((end) => {
      const input = made("input", { type: "number", step: "any" });
      input.addEventListener("change", () => this.limit(end, Number(input.value)));
      return input;
    });
    this.numbers = numbers;
    const own = made("button", { type: "button", textContent: "all states" });
    own.addEventListener("click", () => { view.limits = scene.fields[view.field].limits; this.choose(); });
    const first = made("button", { type: "button", textContent: "as at first" });
    first.addEventListener("click", () => { this.camera.reset(this.aspect()); this.draw(); });
    const factors = [0, 1, 2, 5, 10, 20, 50, 100];
    const state = made("input", { type: "range", min: 0, max: scene.states.length - 1, value: view.state });
    const when = made("span", { textContent: scene.states[view.state] });
    state.addEventListener("input", () => {
      view.state = Number(state.value);
      when.textContent = scene.states[view.state];
      this.choose();
    });
    const planes = scene.planes.map(({ axis, height }) => `${AXES[axis]} = ${written(height)} µm`);
    const used = new Set(scene.groups.map((group) => group.role));
    const shown = [...used].sort((a, b) => a - b).map((role) => box(
      scene.roles[role] ?? `role ${role}`, true, (isOn) => view.roles[isOn ? "add" : "delete"](role),
    ));
    return made("div", { className: "controls" },
      labelled("field", select(scene.fields.map(title), view.field, (number) => {
        view.field = number;
        view.limits = scene.fields[number].limits;
        this.choose();
      })),
      labelled("state", state, when),
      labelled("colours", ...numbers, own),
      labelled("displacement", select(factors.map((factor) => `× ${factor}`), 0, (number) => {
        view.warp = factors[number];
        this.draw();
      })),
      ...(this.isFlat ? [] : [labelled("cut", select(["nowhere", ...planes], view.plane + 1, (number) => {
        view.plane = number - 1;
        this.draw();
      }), box("other side", false, (isOn) => { view.isTurned = isOn; }))]),
      labelled("materials", ...shown),
      labelled("lines", box("edges of regions", true, (isOn) => { view.hasLines = isOn; })),
      labelled("view", first));
  }

  // Field, state or limits are new.
  choose() {
    this.drawing.choose(this.view.field, this.view.state);
    this.numbers.forEach((input, end) => { input.value = Number(this.view.limits[end].toPrecision(6)); });
    this.drawScale();
    this.draw();
  }

  limit(end, value) {
    const limits = [...this.view.limits];
    limits[end] = value;
    if (limits[0] < limits[1]) this.view.limits = limits;
    this.choose();
  }

  drawScale() {
    const { scene, view } = this, field = scene.fields[view.field], [low, high] = view.limits;
    const colours = scene.colours[field.colours];
    const bar = made("canvas", { width: 1, height: 256 }), pen = bar.getContext("2d");
    colours.forEach((colour, number) => { pen.fillStyle = colour; pen.fillRect(0, 255 - number, 1, 1); });
    const marks = [4, 3, 2, 1, 0].map((part) => made("span", {}, written(low + (part / 4) * (high - low))));
    const ends = `${written(field.range[0])} to ${written(field.range[1])} over all states`;
    this.scale.replaceChildren(made("div", { className: "bar" }, bar, made("div", { className: "marks" }, ...marks)),
      made("div", { className: "note" }, field.unit), made("div", { className: "note" }, ends));
  }

  aspect() {
    return this.canvas.width / this.canvas.height;
  }

  fit() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((n) => Math.round(n * ratio));
    if (!width || !height) return;
    Object.assign(this.canvas, { width, height });
    if (!this.isFitted) this.camera.reset(this.aspect());
    this.isFitted = true;
    this.draw();
  }

  draw() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      this.drawing.show(this.camera, this.view);
    });
  }

  listen() {
    const { canvas, camera } = this, share = (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - left, event.clientY - top];
      return { right: (2 * x - width) / height, up: 1 - (2 * y) / height, x: x / width, y: y / height };
    };
    let last = null;
    canvas.addEventListener("pointerdown", (event) => {
      last = share(event);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", () => { last = null; });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("pointermove", (event) => {
      const now = share(event);
      if (!last) return void this.tell(now);
      const [right, up] = [now.right - last.right, now.up - last.up];
      if (this.isFlat || event.shiftKey || event.buttons !== 1) camera.move(right, up);
      else camera.turn(1.5 * right, -1.5 * up);
      last = now;
      this.draw();
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { right, up } = share(event);
      camera.zoom(1.0015 ** event.deltaY, right, up);
      this.draw();
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
      const zoom = { "+": 0.8, "-": 1.25 }[event.key];
      if (!step && !zoom) return;
      event.preventDefault();
      if (zoom) camera.zoom(zoom, 0, 0);
      else if (this.isFlat || event.shiftKey) camera.move(...step);
      else camera.turn(step[0], -step[1]);
      this.draw();
    });
  }

  // What is under the pointer.
  tell({ x, y }) {
    const { scene, view, canvas } = this, field = scene.fields[view.field];
    const [right, up] = [Math.floor(x * canvas.width), Math.floor((1 - y) * canvas.height)];
    const found = this.drawing.contentAt(right, up, this.camera, view);
    if (!found) return void (this.told.textContent = "");
    const value = Number.isNaN(found.value) ? "not defined here" : `${written(found.value)} ${field.unit}`;
    const place = AXES.slice(0, scene.dimension).map((axis, number) => `${axis} = ${written(found.place[number])}`);
    const region = scene.regions[found.region] ?? `region ${found.region}`;
    this.told.textContent = `${field.name} ${value} in ${region} at ${place.join(", ")} µm`;
  }
}

for (const root of document.querySelectorAll(".view")) {
  unpackedScene(JSON.parse(root.querySelector("script").textContent))
    .then((scene) => new View(root, scene))
    .catch((error) => root.append(made("p", { className: "wrong" }, `The view cannot be shown: ${error.message}`)));
}
