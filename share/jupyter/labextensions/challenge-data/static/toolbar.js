// A button in the toolbar of every notebook, before the empty space: words, no picture, reached by the keyboard as the others.

import { busy } from "./page.js";

// use(panel) is what it does, and a problem is shown as its sentence; wanted(panel), asked when the notebook is open, whether it is of use there.
export async function toolbarButton(desk, name, { label, caption, use, wanted = () => true }) {
  const { ToolbarButton } = await desk.lab("@jupyterlab/ui-components");
  const add = (panel) => panel.context.ready.then(() => {
    if (panel.isDisposed || !wanted(panel)) { return; }
    // Pressed again while it works, since a slow network gives no sign: one gesture, one answer. Its node is no button that disabled would stop.
    const press = () => { if (!made.node.hasAttribute("aria-busy")) { busy(desk, made.node, () => use(panel)); } };
    const made = new ToolbarButton({ label, tooltip: caption, onClick: press });
    if (!panel.toolbar.insertBefore("spacer", `challenge-data-${name}`, made)) { panel.toolbar.addItem(`challenge-data-${name}`, made); }
  });
  desk.notebooks.forEach(add);
  desk.notebooks.widgetAdded.connect((_, panel) => add(panel));
}
