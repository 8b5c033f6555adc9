// « Recommencer »: a fresh copy of this notebook; the one that was begun is kept, and where is said.
import { exchange } from "./saving.js";
import { dialog, make } from "./page.js";
import { toolbarButton } from "./toolbar.js";

export function start(desk) {
  return toolbarButton(desk, "recommencer", {
    label: "Recommencer", caption: "Recommencer ce carnet : une copie neuve, la vôtre est gardée",
    wanted: (panel) => /^(notebooks|exercises)\//.test(panel.context.path),
    use: (panel) => again(desk, panel),
  });
}

// Path of a notebook -> what is said of it, until it is closed.
const said = new Map();

// Notebooks that are no longer new: what was said of them goes.
export function unsay(desk, paths) {
  for (const path of paths) {
    // Without an id, everything would be dismissed.
    if (said.has(path)) { desk.apputils.Notification.dismiss(said.get(path)); }
    said.delete(path);
  }
}

async function again(desk, panel) {
  const sure = await dialog(desk, "Recommencer ce carnet ?", make("p", {},
    "Vous aurez une copie neuve, et la machine oubliera ce que ce carnet lui avait appris. Votre version actuelle est gardée dans travail/copies."), ["Annuler", "Recommencer"]);
  if (!sure) { return; }
  const { path } = panel.context;
  const { kept, earlier } = await exchange(desk, () => desk.server.ask("begin_again", { path }), () => [path]);
  unsay(desk, [path]);
  const where = kept ? `Votre version est gardée : ${kept}.` : earlier ? `Votre version d'avant est gardée : ${earlier}.` : "Vous n'y aviez encore rien changé.";
  said.set(path, desk.apputils.Notification.success(`Le carnet est neuf. ${where}`, { autoClose: false }));
  await panel.sessionContext.session?.kernel?.restart();
  await desk.keeping.look();
}
