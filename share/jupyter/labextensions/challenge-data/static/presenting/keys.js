// The keys of a presentation. They come before JupyterLab's own: there, a letter could delete a cell.

const WRITING = "input, textarea, select, [contenteditable=true], .cm-content";
const CLICKER = ["PageDown", "PageUp"];  // all that it has: it must never get stuck in a cell

export function keysFor(presentation) {
  const acts = {
    ArrowRight: "next", PageDown: "next", " ": "next", ArrowLeft: "previous", PageUp: "previous",
    n: "openNotes", a: "reveal", s: "contents", f: "fullScreen", r: "runAbove", "?": "help", Escape: "escape",
  };
  return (event) => {
    const at = event.target.closest ? event.target : document.body;
    if (document.querySelector("dialog[open], .jp-Dialog")) { return; }
    if (event.key === "Enter" && (event.shiftKey || (event.ctrlKey && at.closest(".cd-draft")))) {
      stop(event);
      presentation.run();
      return;
    }
    if (event.key === "Escape" && at.closest(".cd-draft")) {
      stop(event);
      at.blur();
      return;
    }
    // A menu is chosen in with up, down and Space; the other keys are not for JupyterLab, which would go to another cell.
    const goesOn = CLICKER.includes(event.key) || (at.matches("select") && ["ArrowRight", "ArrowLeft"].includes(event.key));
    const isButton = at.closest("button, a, summary, [role=button]") && [" ", "Enter"].includes(event.key);
    if (event.ctrlKey || event.altKey || event.metaKey || (at.closest(WRITING) && !goesOn) || isButton) { return; }
    // Up and down scroll as the browser does; Tab goes round; Enter writes in the cell at hand.
    if (event.key === "Tab") { return; }
    if (event.key === "Enter") {
      if (presentation.write()) { stop(event); }
      return;
    }
    if (["ArrowUp", "ArrowDown"].includes(event.key)) {
      stop(event);
      presentation.scroller.scrollTop += (event.key === "ArrowDown" ? 1 : -1) * 80;
      return;
    }
    stop(event);
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) { presentation[act](); }
  };
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
