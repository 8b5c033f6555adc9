// Small pieces of page, and the ways to tell somebody something.

// make("button", { class: "cd-button", onclick: f }, "Garder"): text is always text, never HTML.
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) { node.addEventListener(name.slice(2), value); } else if (value !== undefined && value !== false) { node.setAttribute(name, value); }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(label, onclick, attributes = {}) {
  return make("button", { type: "button", class: "cd-button", onclick, ...attributes }, label);
}

// Hands a file to the browser, which puts it among its downloads.
export function download(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name, style: "display: none" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function clock(time) {
  return new Date(time).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" }).replace(":", "\u00a0h\u00a0");
}

// The second click of a double click falls on the dialog that the first one opened: it must neither close nor answer it.
const DOUBLE_CLICK = 500;

function sparedFromDoubleClick() {
  const spare = (event) => {
    if (!event.target.closest(".jp-Dialog")) { return; }
    if (event.detail > 1 || !event.target.closest(".jp-Dialog-content")) { event.stopPropagation(); event.preventDefault(); }
  };
  document.addEventListener("click", spare, true);
  setTimeout(() => document.removeEventListener("click", spare, true), DOUBLE_CLICK);
}

// A dialog of JupyterLab's own around our page; gives the label of the button that was chosen, or null.
export async function dialog(desk, title, body, buttons) {
  const { Dialog, showDialog } = desk.apputils;
  const widget = body instanceof Node ? new desk.widgets.Widget({ node: body }) : body;
  sparedFromDoubleClick();
  const result = await showDialog({
    title, body: widget,
    buttons: buttons.map((label, rank) => (rank === buttons.length - 1 ? Dialog.okButton({ label }) : Dialog.cancelButton({ label }))),
  });
  return result.button.accept ? result.button.label : null;
}

// Runs what a button does: shows « … » meanwhile, and a problem as its sentence.
export async function busy(desk, pressed, work) {
  pressed.disabled = true;
  pressed.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (problem) {
    await dialog(desk, "Cela n'a pas marché", make("p", {}, problem.message), ["D'accord"]);
  } finally {
    pressed.disabled = false;
    pressed.removeAttribute("aria-busy");
  }
}

// The same for whoever listens to a button.
export function doing(desk, work) {
  return (event) => busy(desk, event.currentTarget, work);
}
