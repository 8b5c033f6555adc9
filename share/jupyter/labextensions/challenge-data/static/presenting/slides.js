// A notebook as slides: what each cell is, told by the build in its metadata (ROLES of src/challenge_data/build/expert.py).

const NEVER_ON_THE_WALL = ["notes", "hint", "tests", "aside"];

class Slide {
  constructor() {
    this.title = "";
    this.minutes = null;  // planned for this part, where its heading says so
    this.cells = [];
  }

  withRole(...roles) {
    return this.cells.filter(({ role }) => roles.includes(role));
  }

  // Whatever the room may see in the end.
  get wall() {
    return this.cells.filter(({ role }) => !NEVER_ON_THE_WALL.includes(role));
  }

  // The first cell that is not passed: code to run, or an answer to ask for. What follows would tell the result: it waits.
  gate(passed) {
    return this.wall.find((cell) => (cell.code || cell.role === "answer") && !passed.has(cell.widget)) ?? null;
  }

  // The cells on the wall, down to that gate.
  shown(passed) {
    const gate = this.gate(passed);
    if (!gate) { return this.wall; }
    const place = this.wall.indexOf(gate);
    return this.wall.slice(0, gate.role === "answer" ? place : place + 1);
  }
}

export function slidesOf(notebook) {
  const slides = [];
  for (const widget of notebook.widgets) {
    const facts = widget.model.getMetadata("challenge_data") ?? {};
    if (!slides.length || facts.slide) { slides.push(new Slide()); }
    const slide = slides.at(-1);
    const role = facts.role ?? null;
    slide.cells.push({ widget, role, stub: facts.stub ?? "", code: widget.model.type === "code", asked: role === "exercise" || role === "answer" });
    if (!slide.title && widget.model.type === "markdown") { name(slide, sourceOf(widget)); }
  }
  return slides.filter((slide) => slide.wall.length);
}

export function sourceOf(widget) {
  return widget.model.sharedModel.getSource();
}

function name(slide, source) {
  const heading = source.match(/^#{1,3} +(.+)$/m)?.[1].replace(/<[^>]*>/g, "").replace(/[*`_]/g, "");
  if (!heading) { return; }
  const minutes = heading.match(/\s*\((\d+) min\)\s*$/);
  slide.title = heading.slice(0, minutes?.index).trim();
  slide.minutes = minutes ? Number(minutes[1]) : null;
}
