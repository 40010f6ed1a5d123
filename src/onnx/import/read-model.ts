import { type DescMessage, fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { UserError } from '../../core/errors.js';
import { checkMostBytes, openRegularFile, readBytes } from '../../core/regular-file.js';
import { type GraphProto, type ModelProto, ModelProtoSchema } from '../wire/onnx_pb.js';

const EXPECTED = 'an ONNX file';
/** Protocol buffers are at most that long. */
const MOST_BYTES = 2 ** 31 - 1;
/** Objects that a file may become: nodes, attributes, names, numbers that stand by themselves. A network of 5000 layers has a tenth of them. */
const MOST_PARTS = 1_000_000;
/** Messages inside each other: a graph's are seven deep. */
const MOST_DEPTH = 32;
/** Of numbers that are not raw bytes, and become lists: a gigabyte of them. */
const MOST_LISTED_BYTES = 256 * 2 ** 20;

/** A model with the graph that every one has. */
export type OnnxModel = ModelProto & { readonly graph: GraphProto };

/**
 * Reads an ONNX file into memory. Weights stay bytes.
 *
 * @throws UserError if there is no such file, or it is no ONNX file, is cut, or would become more than a network needs
 */
export async function readModel(file: string): Promise<OnnxModel> {
  const open = await openRegularFile(file, EXPECTED);
  try {
    checkMostBytes(open.sizeBytes, MOST_BYTES, file, EXPECTED);
    const bytes = await readBytes(open, file);
    const model = decode(bytes, file);
    if (model.graph) return model as OnnxModel;
    throw new UserError(
      `${file}: expected ${EXPECTED}, found no graph in it. It is another kind of file, or broken.`,
    );
  } finally {
    await open.handle.close();
  }
}

function decode(bytes: Uint8Array, file: string): ModelProto {
  try {
    new Measure(file).take(ModelProtoSchema, new BinaryReader(bytes), bytes.length, 0);
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { message } = error as Error;
    throw new UserError(
      `${file}: expected ${EXPECTED}, found what is none (${message}). It is another kind of file, or broken: save or copy it again.`,
    );
  }
}

/** Counts what a file would become before it becomes that: a few bytes may stand for an object of a hundred. */
class Measure {
  readonly #file: string;
  #parts = 0;
  #listedBytes = 0;

  constructor(file: string) {
    this.#file = file;
  }

  take(message: DescMessage, reader: BinaryReader, end: number, depth: number): void {
    if (depth > MOST_DEPTH) this.#refuse(`at most ${MOST_DEPTH} messages inside each other`);
    const fields = new Map(message.fields.map((field) => [field.number, field]));
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      if (++this.#parts > MOST_PARTS) this.#refuse(`at most ${MOST_PARTS} nodes, attributes and the like`);
      const field = fields.get(number);
      if (field?.message && wireType === WireType.LengthDelimited) {
        const length = reader.uint32();
        const inside = reader.pos + length;
        if (inside > end) throw new RangeError('a part that is longer than what it is in');
        this.take(field.message, reader, inside, depth + 1);
        continue;
      }
      const start = reader.pos;
      reader.skip(wireType, number);
      const isPacked = field?.fieldKind === 'list' && field.listKind === 'scalar' && field.packed;
      if (isPacked) this.#listedBytes += reader.pos - start;
      if (this.#listedBytes > MOST_LISTED_BYTES) {
        this.#refuse(`at most ${MOST_LISTED_BYTES} bytes of weights in lists, more of them as raw data`);
      }
    }
  }

  #refuse(expected: string): never {
    throw new UserError(`${this.#file}: expected ${EXPECTED} with ${expected}, found more. It is broken.`);
  }
}
