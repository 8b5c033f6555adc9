// The bar under a slide: where we are, and each key as a button.
import { button, make } from "../page.js";

const KEYS = [
  ["→, Espace, Page suivante", "avancer : la suite de la partie, puis la partie suivante"],
  ["←, Page précédente", "reculer"],
  ["Maj + Entrée", "exécuter la cellule, passer à la suivante"],
  ["Entrée", "écrire dans la cellule ; à « À vous », ce que dicte la salle"],
  ["R", "exécuter tout ce qui précède cette partie"],
  ["A, ou → deux fois", "montrer la réponse, et ce qui la suit"],
  ["N", "ouvrir les notes, dans une fenêtre pour votre écran"],
  ["S", "sommaire"],
  ["F", "plein écran du navigateur"],
  ["Échap", "sortir de la cellule ; deux fois, de la présentation"],
];

export class Bar {
  constructor(acts) {
    this.where = make("span", { class: "cd-where", "aria-live": "polite" });
    this.more = make("span", { class: "cd-more" });
    this.answer = act("Réponse", acts.answer, "A");
    this.node = make("div", { class: "cd-bar", role: "toolbar", "aria-label": "Présentation" }, this.where, this.more,
      act("←", acts.previous, "Reculer"), act("→", acts.next, "Avancer"), this.answer, act("Notes", acts.notes, "N"),
      act("Sommaire", acts.contents, "S"), act("?", acts.help, "Touches"), act("Quitter", acts.leave, "Échap"));
    document.body.append(this.node);
  }

  tell(slides, here, { longer, gate, asking }) {
    const where = `${here + 1} / ${slides.length} · ${slides[here].title}`;
    // Written only when it changes: screen readers say it.
    if (this.where.textContent !== where) { this.where.textContent = where; }
    this.more.textContent = hint(longer, gate, asking);
    this.answer.disabled = !slides[here].wall.some((cell) => cell.asked);
  }
}

// What comes next, and by which key.
function hint(longer, gate, asking) {
  if (asking === "leave") { return "Échap encore pour quitter"; }
  if (longer) { return "suite ↓"; }
  if (gate?.asked) { return asking === gate ? "→ encore pour la réponse" : "réponse et suite : A, ou → deux fois"; }
  return gate ? "suite : Maj + Entrée, ou →" : "";
}

// Focus goes back to the slide: Space and Enter are for it.
function act(label, work, hint) {
  return button(label, (event) => { event.currentTarget.blur(); work(); }, { title: hint, "aria-label": label.length === 1 ? hint : undefined });
}

export function contents(slides, show) {
  const box = opened("Sommaire", make("ol", {}, ...slides.map((slide, rank) =>
    make("li", {}, make("button", { type: "button", class: "cd-link", onclick: () => { box.close(); show(rank); } }, slide.title)))));
}

export function help() {
  opened("Touches", make("dl", {}, ...KEYS.flatMap(([key, what]) => [make("dt", {}, key), make("dd", {}, what)])));
}

export function told(sentence) {
  opened("Présentation", make("p", {}, sentence));
}

function opened(title, body) {
  const box = make("dialog", { class: "cd-presenting-dialog", "aria-label": title }, make("h2", {}, title), body,
    make("form", { method: "dialog" }, make("button", { class: "cd-button" }, "Fermer")));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}
