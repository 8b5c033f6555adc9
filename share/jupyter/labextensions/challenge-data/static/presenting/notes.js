// The expert's own window: the hour, the minutes of this part, its notes, answers and hints. It is driven by the same keys.
import { make } from "../page.js";
import { sourceOf } from "./slides.js";

const STYLE = `body { font: 20px/1.45 Verdana, "DejaVu Sans", sans-serif; color: #1a1a1a; background: #fff; margin: 1em; }
.clock { font-size: 28px; margin: 0; } h1 { font-size: 24px; margin: .4em 0; } h2 { font-size: 20px; border-top: 1px solid #6b6b6b; padding-top: .5em; }
pre { font-size: 17px; white-space: pre-wrap; background: #f4f4f4; padding: .6em; } .after { color: #4a4a4a; } summary { font-weight: bold; }`;

export class Notes {
  constructor(rendermime, keys) {
    this.rendermime = rendermime;
    this.keys = keys;
    this.began = Date.now();
    this.page = null;
    this.ticking = setInterval(() => this.tick(), 5000);
  }

  get isOpen() {
    return Boolean(this.page && !this.page.closed);
  }

  // False when the browser refuses the window.
  open(title) {
    if (this.isOpen) { this.page.focus(); return true; }
    this.page = window.open("", "challenge-data-notes", "width=820,height=700");
    if (!this.page) { return false; }
    const page = this.page.document;
    page.documentElement.lang = "fr";
    page.title = `Notes · ${title}`;
    page.head.replaceChildren(make("meta", { charset: "utf-8" }), make("style", {}, STYLE));
    this.clock = make("p", { class: "clock" });
    this.where = make("h1", {});
    this.body = make("main", {});
    page.body.replaceChildren(this.clock, this.where, this.body);
    this.page.addEventListener("keydown", this.keys, true);
    return true;
  }

  async tell(slides, here) {
    if (this.slide !== slides[here]) { this.entered = Date.now(); }
    this.slide = slides[here];
    if (!this.isOpen) { return; }
    const slide = this.slide;
    this.where.textContent = `${here + 1} / ${slides.length} · ${slide.title}`;
    this.tick();
    const after = slides[here + 1] ? `Ensuite : ${slides[here + 1].title}` : "C'est la dernière partie.";
    const parts = [
      ...await this.texts(slide.withRole("notes"), "Pas de note pour cette partie."),
      ...await this.section("Réponses", slide.withRole("exercise", "answer")),
      ...await this.section("Indices", slide.withRole("hint")),
      make("p", { class: "after" }, after),
    ];
    // Somebody may have gone on meanwhile.
    if (this.slide === slide && this.isOpen) { this.body.replaceChildren(...parts); }
  }

  async section(title, cells) {
    return cells.length ? [make("h2", {}, title), ...await this.texts(cells)] : [];
  }

  async texts(cells, otherwise) {
    if (!cells.length) { return otherwise ? [make("p", {}, otherwise)] : []; }
    return Promise.all(cells.map(({ widget, code }) => (code ? make("pre", {}, sourceOf(widget)) : this.rendered(sourceOf(widget)))));
  }

  async rendered(source) {
    const renderer = this.rendermime.createRenderer("text/markdown");
    await renderer.renderModel(this.rendermime.createModel({ data: { "text/markdown": source } }));
    renderer.node.querySelectorAll("details").forEach((details) => { details.open = true; });
    return renderer.node;
  }

  tick() {
    if (!this.isOpen) { return; }
    const minutes = (since) => Math.floor((Date.now() - since) / 60_000);
    const hour = new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" }).replace(":", " h ");
    const planned = this.slide.minutes ? ` sur ${this.slide.minutes}` : "";
    this.clock.textContent = `${hour} · cette partie : ${minutes(this.entered)}${planned} min · en tout : ${minutes(this.began)} min`;
  }

  close() {
    clearInterval(this.ticking);
    if (this.isOpen) { this.page.close(); }
  }
}
