/** The bytes of a file in the format of safetensors, as right or wrong as its header. */
export function buildSafetensors(header: object | string, data: Uint8Array = new Uint8Array()): Buffer {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = Buffer.from(json);
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, data]);
}

/** A file's header, and what follows it. */
export function takeApart(file: Buffer): { header: Readonly<Record<string, object>>; data: Buffer } {
  const end = 8 + Number(file.readBigUInt64LE());
  return { header: JSON.parse(file.toString('utf8', 8, end)), data: file.subarray(end) };
}
