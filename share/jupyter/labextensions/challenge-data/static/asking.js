// « Poser une question »: the four lines of a good question, filled with the cell on which one stands, ready to paste.
import { save } from "./saving.js";
import { dialog, make } from "./page.js";
import { toolbarButton } from "./toolbar.js";

export function start(desk) {
  return toolbarButton(desk, "question", {
    label: "Poser une question", caption: "Préparer une question sur la cellule choisie, pour votre mentor",
    use: (panel) => ask(desk, panel),
  });
}

async function ask(desk, panel) {
  // The server reads the cell and its results on its disk.
  await save(panel);
  const { text, names, forum } = await desk.server.ask("question", { path: panel.context.path, cell: panel.content.activeCell.model.id });
  const area = make("textarea", { class: "cd-question", rows: 18, "aria-label": "Votre question", spellcheck: "true" });
  area.value = text;
  const body = make("div", { class: "cd-asking" },
    make("p", {}, "Complétez les deux lignes qui portent des points de suspension, et relisez. Souvent, on trouve en l'écrivant."),
    names.length ? make("p", {}, make("strong", {}, `Un prénom s'y trouve (${names.join(", ")}) : effacez-le si la question est publique.`)) : null,
    area,
    forum ? make("p", {}, make("a", { href: forum, target: "_blank", rel: "noopener" }, "Ouvrir le forum"), ", puis collez-y le texte.") : make("p", {}, "Copiez, puis collez là où l'équipe parle à son mentor."));
  if (await dialog(desk, "Poser une question", body, ["Fermer", "Copier"])) {
    await copy(area);
    desk.apputils.Notification.success("La question est copiée : collez-la avec Ctrl + V (Cmd + V sur un Mac).", { autoClose: 6000 });
  }
}

async function copy(area) {
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {
    // Without permission, or without https: the old way, on a node that is on the page.
    area.style.position = "fixed";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
