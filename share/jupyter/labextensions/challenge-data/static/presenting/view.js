// What the room sees of a long part: a screen at a time, no line cut by the top edge, the same place when the window changes.

const LEAST = 0.15;  // of the screen: a shorter step would look like nothing had happened
const MOST = 0.85;  // what was at the foot is still there at the top

export class View {
  constructor(scroller) {
    this.scroller = scroller;
    this.anchor = null;
  }

  get box() {
    return this.scroller.getBoundingClientRect();
  }

  goesOn(cells) {
    return boxOf(cells.at(-1)).bottom > this.box.bottom + 8;
  }

  // To the first cell that is cut at the foot; further down when that cell is taller than the screen.
  down(cells) {
    const view = this.box;
    const least = view.top + LEAST * view.height;
    const cut = cells.map(boxOf).find((box) => box.height && box.bottom > view.bottom + 1);
    const edge = cut && cut.top > least ? cut.top - 4 : view.top + MOST * view.height;
    const line = lineAt(edge, cells);
    const foot = boxOf(cells.at(-1)).bottom + 4 - view.bottom;  // the space under it is for settling
    this.by(Math.min((line && line.top - 2 > least ? line.top - 2 : edge) - view.top, foot));
    this.settle(cells);
  }

  up(cells) {
    const view = this.box;
    const edge = view.top - MOST * view.height;
    const line = lineAt(edge, cells);
    this.by((line && line.top > view.top - view.height ? line.top - 2 : edge) - view.top);
  }

  bring(cell, cells) {
    cell.widget.node.scrollIntoView({ block: "nearest" });
    this.settle(cells);
  }

  // Where a step could not choose its edge, as at the foot of a part: a line that is cut, and was read before, goes out of sight.
  settle(cells) {
    const { top, height } = this.box;
    const line = lineAt(top, cells);
    if (line && line.bottom - top < LEAST * height) { this.by(line.bottom + 2 - top); }
  }

  by(pixels) {
    this.scroller.scrollTop += pixels;
  }

  toTop() {
    this.scroller.scrollTop = 0;
  }

  get isAtTop() {
    return this.scroller.scrollTop <= 4;
  }

  // What stands at the top edge: letters change size with the window, so pixels say nothing.
  remember(cells) {
    const { top } = this.box;
    const cell = cells.find((each) => boxOf(each).bottom > top);
    const box = cell && boxOf(cell);
    this.anchor = box?.height && !this.isAtTop ? { cell, part: (top - box.top) / box.height } : null;
  }

  restore() {
    if (!this.anchor) { return; }
    const box = boxOf(this.anchor.cell);
    this.by(box.top + this.anchor.part * box.height - this.box.top);
  }
}

function boxOf(cell) {
  return cell.widget.node.getBoundingClientRect();
}

// { top, bottom } of the lines of text and of the images that a horizontal edge would cut; null for none.
function lineAt(edge, cells) {
  const cut = cells.filter((cell) => isAcross(boxOf(cell), edge)).flatMap((cell) => lines(cell.widget.node)).filter((box) => isAcross(box, edge));
  return cut.length ? { top: Math.min(...cut.map((box) => box.top)), bottom: Math.max(...cut.map((box) => box.bottom)) } : null;
}

function lines(node) {
  const found = [...node.querySelectorAll("img")].map((image) => image.getBoundingClientRect());
  const range = document.createRange();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    range.selectNode(walker.currentNode);
    found.push(...range.getClientRects());
  }
  return found;
}

function isAcross(box, edge) {
  return box.top < edge - 1 && box.bottom > edge + 1;
}
