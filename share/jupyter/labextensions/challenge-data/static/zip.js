// Writes a zip without the server: [{ path, bytes }] to a Blob. Any system opens it; the reader is Python's, on the other machine.

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) { value = value & 1 ? 0xEDB88320 ^ (value >>> 1) : value >>> 1; }
  return value;
});

function crc32(bytes) {
  let value = 0xFFFFFFFF;
  for (const byte of bytes) { value = TABLE[(value ^ byte) & 0xFF] ^ (value >>> 8); }
  return (value ^ 0xFFFFFFFF) >>> 0;
}

// The bytes as the archive holds them: method 8 (deflate) where the browser can, 0 (as they are) elsewhere.
async function packed(bytes) {
  if (typeof CompressionStream === "undefined") { return { method: 0, data: bytes }; }
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return { method: 8, data: new Uint8Array(await new Response(stream).arrayBuffer()) };
}

// Little-endian numbers, each as [bytes, value].
function numbers(...pairs) {
  const view = new DataView(new ArrayBuffer(pairs.reduce((sum, [width]) => sum + width, 0)));
  let at = 0;
  for (const [width, value] of pairs) {
    if (width === 2) { view.setUint16(at, value, true); } else { view.setUint32(at, value, true); }
    at += width;
  }
  return new Uint8Array(view.buffer);
}

export async function zip(files) {
  const now = new Date();
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
  const date = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
  const entries = [], index = [];
  let offset = 0;
  for (const { path, bytes } of files) {
    const name = new TextEncoder().encode(path);
    const { method, data } = await packed(bytes);
    // Version 2.0, names in UTF-8; then what the entry and the index both say.
    const said = [[2, 20], [2, 0x0800], [2, method], [2, time], [2, date], [4, crc32(bytes)], [4, data.length], [4, bytes.length], [2, name.length], [2, 0]];
    entries.push(numbers([4, 0x04034B50], ...said), name, data);
    index.push(numbers([4, 0x02014B50], [2, 20], ...said, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), name);
    offset += 30 + name.length + data.length;
  }
  const size = index.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([4, 0x06054B50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset], [2, 0]);
  return new Blob([...entries, ...index, end], { type: "application/zip" });
}
