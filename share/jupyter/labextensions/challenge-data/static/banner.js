// One strip at the foot of the page, for what cannot wait in the panel: never in the way of the cells, read out by a screen reader.
import { make } from "./page.js";

export class Banner {
  constructor(label, role = "region") {
    this.node = make("div", { class: "cd-banner", role, "aria-label": label });
  }

  show(...nodes) {
    this.node.replaceChildren(...nodes);
    document.body.append(this.node);
  }

  hide() {
    this.node.remove();
  }

  get shown() {
    return this.node.isConnected;
  }
}
