// « À vous » on the wall: a cell with the learners' line to complete, alive, that is no part of the notebook. Its answer waits beneath.
import { sourceOf } from "./slides.js";
import { make } from "../page.js";

export class Draft {
  constructor({ widget, stub }, panel, lab) {
    const { CodeCell, CodeCellModel } = lab.cells;
    const notebook = panel.content;
    const model = new CodeCellModel();
    model.sharedModel.setSource(stub);
    model.mimeType = widget.model.mimeType;
    this.CodeCell = CodeCell;
    this.session = panel.sessionContext;
    this.cell = new CodeCell({ model, rendermime: notebook.rendermime, contentFactory: notebook.contentFactory, editorConfig: notebook.editorConfig.code, placeholder: false });
    this.cell.initializeState();
    // JupyterLab's shortcuts and the notebook's own handling of focus are for cells of the notebook.
    this.node = make("div", { class: "cd-draft", "data-lm-suppress-shortcuts": "true" });
    for (const kind of ["focusin", "focusout", "mousedown", "mouseup", "dblclick", "keydown"]) {
      this.node.addEventListener(kind, (event) => event.stopPropagation());
    }
    widget.node.prepend(this.node);
    lab.widgets.Widget.attach(this.cell, this.node);
  }

  async run() {
    await this.CodeCell.execute(this.cell, this.session, {});
  }

  get source() {
    return sourceOf(this.cell);
  }

  dispose() {
    this.cell.dispose();
    this.node.remove();
  }
}
