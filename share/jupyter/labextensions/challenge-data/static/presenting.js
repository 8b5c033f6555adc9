// « Présenter » : an expert's notebook on the wall, a part at a time, its own cells alive; notes and answers stay with the expert.
import { make } from "./page.js";
import { Presentation } from "./presenting/presentation.js";

const COMMAND = "challenge-data:present";
export const EXPERT = "intervenant·e";

export async function start(desk) {
  document.head.append(make("link", { rel: "stylesheet", href: new URL("presenting.css", import.meta.url) }));
  const { NotebookActions } = await desk.lab("@jupyterlab/notebook");
  const cells = await desk.lab("@jupyterlab/cells");
  let running = null;
  const present = (panel) => {
    if (running || !isForExperts(panel)) { return; }
    running = new Presentation(panel, { NotebookActions, cells, widgets: desk.widgets }, () => { running = null; });
    running.enter();
  };
  desk.app.commands.addCommand(COMMAND, {
    label: "Présenter",
    caption: "Projeter ce carnet, une partie à la fois",
    isVisible: () => isForExperts(desk.notebooks.currentWidget),
    isEnabled: () => isForExperts(desk.notebooks.currentWidget),
    execute: () => present(desk.notebooks.currentWidget),
  });
  const equip = async (panel) => {
    await panel.context.ready;
    if (!isForExperts(panel)) { return; }
    panel.toolbar.insertItem(0, "cd-present", new desk.apputils.ToolbarButton({
      label: "Présenter", className: "cd-present", tooltip: "Projeter ce carnet, une partie à la fois (? pour les touches)", onClick: () => present(panel),
    }));
  };
  desk.notebooks.forEach(equip);
  desk.notebooks.widgetAdded.connect((_, panel) => { equip(panel); });
}

// The build says it in the notebook's metadata: learners' notebooks have no such button.
export function isForExperts(panel) {
  return panel?.context.model.getMetadata("challenge_data")?.version === EXPERT;
}
