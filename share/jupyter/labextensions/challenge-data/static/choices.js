// A cell whose value may be another (a territory, a dataset): a menu at it writes the choice into the code, where everybody sees it.
import { make } from "./page.js";

const OTHER = "";

export async function start(desk) {
  const watch = async (panel) => {
    await panel.context.ready;
    equip(panel.content);
    // Cells come anew when a notebook is taken back or begun again.
    panel.content.model?.cells.changed.connect(() => setTimeout(() => equip(panel.content)));
  };
  desk.notebooks.forEach(watch);
  desk.notebooks.widgetAdded.connect((_, panel) => { watch(panel); });
}

function equip(notebook) {
  if (notebook.isDisposed) { return; }
  for (const cell of notebook.widgets) {
    const { interchangeable, choices } = cell.model.getMetadata("challenge_data") ?? {};
    if (interchangeable && choices && !cell.node.querySelector(".cd-choices")) { cell.node.prepend(menu(cell, interchangeable, choices)); }
  }
}

function menu(cell, name, choices) {
  const code = cell.model.sharedModel;
  const select = make("select", {
    "aria-label": `Valeur de ${name}`,
    onchange: () => { if (select.value !== OTHER) { code.setSource(written(code.getSource(), name, select.value)); } },
  }, ...Object.entries(choices).map(([value, label]) => make("option", { value }, label)));
  const other = make("option", { value: OTHER, disabled: true }, "(écrit dans la cellule)");
  const follow = () => {
    const value = read(code.getSource(), name);
    const known = Object.hasOwn(choices, value);
    if (known) { other.remove(); } else { select.append(other); }
    select.value = known ? value : OTHER;
  };
  code.changed.connect(follow);
  follow();
  // The notebook's shortcuts and focus are for its cells.
  const node = make("div", { class: "cd-choices", "data-lm-suppress-shortcuts": "true" },
    make("label", {}, "Au choix : ", select), " puis exécutez les deux cellules, celle-ci et la suivante.");
  for (const kind of ["mousedown", "mouseup", "dblclick", "keydown"]) { node.addEventListener(kind, (event) => event.stopPropagation()); }
  return node;
}

function line(name) {
  return new RegExp(`^(${name}\\s*=\\s*)(["'])(.*?)\\2`, "m");
}

function read(source, name) {
  return source.match(line(name))?.[3];
}

// The code with another value, whatever was typed around it; one line anew where the assignment is gone.
function written(source, name, value) {
  return line(name).test(source) ? source.replace(line(name), (_, start) => `${start}${JSON.stringify(value)}`) : `${name} = ${JSON.stringify(value)}\n${source}`;
}
