import { UserError } from '../../core/errors.js';
import { widenBrain, widenHalf } from '../../core/half-floats.js';
import { TensorProto_DataType as DataType, type TensorProto } from '../wire/onnx_pb.js';

/** Numbers of the file, or what its nodes make of them alone; rows before columns. */
export interface Constant {
  readonly dims: readonly number[];
  /** In 32 bits. Of shapes, the mini-batch's size is NaN: any. */
  readonly values: Float32Array;
  /** Whether they are of a type of whole numbers. */
  readonly isWhole?: true;
}

/** Numbers that a node may make of fewer. */
export const MOST_MADE = 2 ** 24;

/** How the bytes of a type become numbers; absent: a type that no layer is made of. */
const READERS: Partial<
  Record<
    DataType,
    { readonly bytes: number; readonly isWhole?: true; read(view: DataView, at: number): number }
  >
> = {
  [DataType.FLOAT]: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  [DataType.DOUBLE]: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  [DataType.FLOAT16]: { bytes: 2, read: (view, at) => widenHalf(view.getUint16(at, true)) },
  [DataType.BFLOAT16]: { bytes: 2, read: (view, at) => widenBrain(view.getUint16(at, true)) },
  [DataType.INT64]: { bytes: 8, isWhole: true, read: (view, at) => Number(view.getBigInt64(at, true)) },
  [DataType.INT32]: { bytes: 4, isWhole: true, read: (view, at) => view.getInt32(at, true) },
  [DataType.UINT8]: { bytes: 1, isWhole: true, read: (view, at) => view.getUint8(at) },
  [DataType.BOOL]: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** The sizes of a tensor, as long as they are of numbers that there are. */
export function sizesOf({ dims, name }: Pick<TensorProto, 'dims' | 'name'>, where: string): number[] {
  const sizes = dims.map(Number);
  if (sizes.every((size) => Number.isSafeInteger(size) && size >= 0) && sizes.length <= MOST_DIMENSIONS)
    return sizes;
  throw new UserError(
    `${where}: ${name}: expected a tensor of at most ${MOST_DIMENSIONS} dimensions of whole numbers from 0 up, found ${sizes.join('×')}. The file is broken.`,
  );
}

const MOST_DIMENSIONS = 8;

/**
 * A tensor's numbers, wherever the file has them.
 *
 * @param external bytes that lie in another file
 * @throws UserError for types that are no numbers, and if there are not as many as its shape says
 */
export function readConstant(tensor: TensorProto, external: Uint8Array | null, where: string): Constant {
  const dims = sizesOf(tensor, where);
  const place = `${where}: ${tensor.name || 'constant'}`;
  const count = dims.reduce((product, size) => product * size, 1);
  const reader = READERS[tensor.dataType as DataType];
  if (!reader) {
    throw new UserError(
      `${place}: expected numbers of a type such as FLOAT, found ${DataType[tensor.dataType] ?? tensor.dataType}. Convert them to 32-bit floats.`,
    );
  }
  const raw = external ?? tensor.rawData;
  const listed = listTyped(tensor);
  const found = listed ? listed.length : raw.length / reader.bytes;
  if (found !== count) {
    throw new UserError(
      `${place}: expected ${count} numbers for the shape ${dims.join('×')}, found ${found}. The file is broken.`,
    );
  }
  const kind = reader.isWhole && { isWhole: reader.isWhole };
  if (listed) return { dims, values: listed, ...kind };
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = reader.read(view, i * reader.bytes);
  return { dims, values, ...kind };
}

/** Numbers that stand in the field of their type; null if there are none. Halves stand there by their bits. */
function listTyped({
  dataType,
  floatData,
  doubleData,
  int32Data,
  int64Data,
}: TensorProto): Float32Array | null {
  if (floatData.length > 0) return Float32Array.from(floatData);
  if (doubleData.length > 0) return Float32Array.from(doubleData);
  if (int64Data.length > 0) return Float32Array.from(int64Data, Number);
  if (int32Data.length === 0) return null;
  if (dataType === DataType.FLOAT16) return Float32Array.from(int32Data, widenHalf);
  return Float32Array.from(int32Data, dataType === DataType.BFLOAT16 ? widenBrain : Number);
}
