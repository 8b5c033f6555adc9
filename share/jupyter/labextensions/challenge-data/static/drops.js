// What somebody lets go over a part of the page; folders too, since Safari unpacks a zip into one.
import { zip } from "./zip.js";

// [{ path, file }]. Asked at once: the browser forgets the entries when the event is over.
export async function filesOf(event) {
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...event.dataTransfer.files].map((file) => ({ path: file.name, file }));
  return entries.length ? (await Promise.all(entries.map(inside))).flat() : plain;
}

// The same as one zip, under the names that they have.
export async function packed(files) {
  return zip(await Promise.all(files.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) }))));
}

async function inside(entry) {
  if (entry.isFile) {
    return [{ path: entry.fullPath.replace(/^\//, ""), file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  }
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) { return (await Promise.all(found.map(inside))).flat(); }
    found.push(...some);
  }
}
