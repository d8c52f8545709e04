// The panel: its controls are filled from the content, and change the scene.
function options(select, names, chosen) {
  select.replaceChildren(...names.map((name, k) => {
    const option = document.createElement("option");
    Object.assign(option, { value: String(k), textContent: name, selected: k === chosen });
    return option;
  }));
}

function sliceControls(scene, { window: limits, centre }) {
  element("slices").replaceChildren(...scene.slices.map((slice) => {
    const [low, high] = limits[slice.axis];
    const holder = document.createElement("label");
    const check = Object.assign(document.createElement("input"), { type: "checkbox", checked: slice.shown, id: `slice-${slice.axis}` });
    const place = Object.assign(document.createElement("output"), { id: `slice-${slice.axis}-value` });
    const slider = Object.assign(document.createElement("input"), {
      type: "range", min: 0, max: 1000, id: `slice-${slice.axis}-position`,
      value: Math.round((1000 * (slice.position - low)) / (high - low)),
    });
    holder.className = "check";
    const name = slice.axis === "upward" ? " elevation " : ` ${slice.axis} `;
    holder.append(check, name, place, slider);
    const say = () => { place.textContent = `${coordinate(Math.round(slice.position + centre[slice.number]))} m`; };
    check.addEventListener("change", () => { slice.shown = check.checked; scene.setSlice(slice); });
    slider.addEventListener("input", () => {
      // just inside, so that the ends cut cells too
      slice.position = low + (high - low) * Math.min(Math.max(Number(slider.value) / 1000, 1e-6), 1 - 1e-6);
      slice.shown = check.checked = true;
      say();
      scene.setSlice(slice);
    });
    say();
    return holder;
  }));
}

function connect(scene, content) {
  const on = (id, event, action) => element(id).addEventListener(event, action);
  element("title").textContent = content.title;
  element("model-controls").hidden = !scene.cells;
  element("data-controls").hidden = !content.channels.length;
  element("topography-row").hidden = !scene.ground;
  element("holes-row").hidden = !scene.holes;
  options(element("field"), content.fields.map(({ name, units }) => withUnits(name, units && `(${units})`)), 0);
  options(element("data"), [...content.channels.map(({ name }) => name), "none"], 0);
  sliceControls(scene, content);
  const everything = () => { scene.setCells(); scene.slices.forEach((slice) => scene.setSlice(slice)); };
  const chooseField = () => {
    scene.field = content.fields[Number(element("field").value)] ?? null;
    if (!scene.field) return;
    element("sense").value = scene.field.sense;
    element("threshold").value = String(Math.round(1000 * scene.field.start));
    scene.setBars();
    everything();
  };
  on("field", "change", chooseField);
  on("threshold", "input", () => scene.setCells());
  on("sense", "change", () => scene.setCells());
  on("padding", "change", everything);
  ["body", "topography", "holes"].forEach((id) => on(id, "change", () => scene.redraw()));
  on("data", "change", () => {
    scene.channel = content.channels[Number(element("data").value)] ?? null;
    scene.setData();
  });
  const sayLift = () => { element("lift-value").textContent = `${coordinate(Math.round(scene.lift))} m`; };
  element("lift").value = String(1000 * scene.liftShare);
  on("lift", "input", () => {
    scene.liftShare = Number(element("lift").value) / 1000;
    scene.camera.extra = scene.channel ? scene.lift : 0;
    sayLift();
    scene.redraw();
  });
  const sayExaggeration = () => { element("exaggeration-value").textContent = `${scene.camera.exaggeration} \u00d7`; };
  on("exaggeration", "input", () => {
    scene.camera.exaggeration = Number(element("exaggeration").value);
    sayExaggeration();
    scene.redraw();
  });
  document.querySelectorAll("[data-view]").forEach((button) => button.addEventListener("click", () => {
    [scene.camera.azimuth, scene.camera.elevation] = button.dataset.view.split(",").map(Number);
    scene.redraw();
  }));
  on("reset", "click", () => { scene.camera.reset(); scene.redraw(); });
  element("provenance").replaceChildren(...content.provenance.flatMap(([name, text]) => {
    const [term, told] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    told.textContent = text;
    return [term, told];
  }));
  const canvas = element("scene");
  let waiting = false;
  canvas.addEventListener("pointermove", (event) => {
    if (waiting || event.buttons) return;
    waiting = true;
    const place = [event.offsetX, event.offsetY];
    requestAnimationFrame(() => { waiting = false; element("pointer").textContent = scene.tell(...place); });
  });
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    element("failure").textContent = "The browser has taken the graphics away from this page: load it again.";
    element("failure").hidden = false;
  });
  scene.camera.follow(canvas, () => scene.redraw());
  window.addEventListener("resize", () => scene.redraw());
  sayLift();
  sayExaggeration();
  if (scene.cells) chooseField();
  scene.redraw();
}
