// A record of this browser as one zip, the same as the server's « work »: to download, or to give back to a new machine.
import { zip } from "./zip.js";

// over: [{ path, text }], newer than the record: what was on the screen.
export async function whole(record, over) {
  const files = new Map(Object.entries(record.files).map(([path, file]) => [path, file.bytes]));
  const manifest = structuredClone(record.manifest) || { format: 1, kind: "travail", edition: { name: record.edition, version: "" }, team: null, files: [] };
  for (const { path, text } of over) {
    const bytes = new TextEncoder().encode(text);
    files.set(path, bytes);
    const { original } = manifest.files.find((known) => known.path === path) || {};
    const told = (await listed(path, bytes)).map((entry) => (original ? { ...entry, original } : entry));
    manifest.files = [...manifest.files.filter((known) => known.path !== path), ...told];
  }
  const said = new TextEncoder().encode(JSON.stringify(manifest, null, 1) + "\n");
  return zip([{ path: "manifest.json", bytes: said }, ...[...files].map(([path, bytes]) => ({ path, bytes }))]);
}

// Unsaved texts with the path that each may have: that of this page takes its notebook's place, or, where no page is known, the last one of each notebook; the others
// go beside it, under names that none of these has.
export function laid(entries, page, names = []) {
  const ordered = [...entries].sort((one, other) => (other.page === page) - (one.page === page) || other.typed - one.typed), taken = new Set();
  return ordered.map(({ path, text, page: from }) => {
    let name = path;
    for (let rank = 1; taken.has(name) || (name === path ? page !== undefined && from !== page : names.includes(name)); rank++) {
      name = path.replace(/(\.ipynb)?$/, ` (non enregistré${rank > 1 ? ` ${rank}` : ""})$1`);
    }
    taken.add(name);
    return { path: name, text };
  });
}

// « travail_les-sternes_20261201-1402.zip », as the server would call it.
export function archiveOf(record) {
  const team = (record.manifest?.team?.name || "equipe").normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `travail_${team || "equipe"}_${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}.zip`;
}

// As it would be on the disk: JupyterLab's own mark of trust stays out.
export function textOf(panel) {
  const content = panel.context.model.toJSON();
  content.cells.forEach((cell) => { delete cell.metadata.trusted; });
  return JSON.stringify(content, null, 1) + "\n";
}

// As a manifest lists a file. Browsers compute digests only where the address is https or this computer's: elsewhere it goes unlisted.
async function listed(path, bytes) {
  return crypto.subtle ? [{ path, bytes: bytes.length, sha256: await sha256(bytes) }] : [];
}

async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
