// The Jupyter message format on the wire, `v1.kernel.websocket.jupyter.org`:
// a count, that many little-endian 64-bit offsets, then channel, header, parent header,
// metadata, content and any binary buffers, one after the other.
export const SUBPROTOCOL = "v1.kernel.websocket.jupyter.org";
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8");

// A lone half of a surrogate pair (a broken emoji) is not valid UTF-8 and would end the
// session in the kernel; it becomes the replacement character here, and again in the server.
const wellFormed = (_key, value) =>
  typeof value === "string" && value.toWellFormed ? value.toWellFormed() : value;

const asBytes = (buffer) =>
  ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);

export function encode(channel, message) {
  const { header, parent_header = {}, metadata = {}, content = {}, buffers = [] } = message;
  const parts = [
    encoder.encode(channel),
    ...[header, parent_header, metadata, content].map((part) => encoder.encode(JSON.stringify(part, wellFormed))),
    ...buffers.map(asBytes),
  ];
  const start = 8 * (parts.length + 2);
  const total = parts.reduce((sum, part) => sum + part.byteLength, start);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(parts.length + 1), true);
  let offset = start;
  parts.forEach((part, index) => {
    view.setBigUint64(8 * (index + 1), BigInt(offset), true);
    bytes.set(part, offset);
    offset += part.byteLength;
  });
  view.setBigUint64(8 * (parts.length + 1), BigInt(offset), true);
  return bytes.buffer;
}

export function decode(data) {
  const view = new DataView(data);
  const count = Number(view.getBigUint64(0, true));
  const offsets = Array.from({ length: count }, (_, index) => Number(view.getBigUint64(8 * (index + 1), true)));
  const text = (index) => decoder.decode(new Uint8Array(data, offsets[index], offsets[index + 1] - offsets[index]));
  const [header, parent_header, metadata, content] = [1, 2, 3, 4].map((index) => JSON.parse(text(index)));
  const buffers = [];
  for (let index = 5; index < count - 1; index += 1) {
    buffers.push(new DataView(data.slice(offsets[index], offsets[index + 1])));
  }
  return { channel: text(0), header, parent_header, metadata, content, buffers };
}
