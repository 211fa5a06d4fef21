/** From the attributes that tfjs hands the addon to those of a graph node, which must be complete. */
import type { Addon, OpAttribute } from './addon.ts'
import type { Attribute } from './graph.ts'
import type { DType } from './dtype.ts'

/**
 * Type attributes that some tfjs kernels leave out because the op-by-op API infers them. A graph does not: each is read
 * off the input it types.
 */
const inferredFromInput: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ExpandDims: { T: 0, Tdim: 1 },
  Squeeze: { T: 0 },
  OneHot: { T: 2, TI: 0 },
  Reshape: { T: 0, Tshape: 1 },
  Pad: { T: 0, Tpaddings: 1 },
  PadV2: { T: 0, Tpaddings: 1 },
  Where: { T: 0 },
  Cumsum: { T: 0, Tidx: 1 },
  Cumprod: { T: 0, Tidx: 1 },
  Fill: { T: 1, index_type: 0 },
  GatherV2: { Tparams: 0, Tindices: 1, Taxis: 2 },
  TopKV2: { T: 0 },
  Tile: { T: 0, Tmultiples: 1 },
  Slice: { T: 0, Index: 1 },
  ConcatV2: { T: 0 },
  Pack: { T: 0 },
  Unpack: { T: 0 },
  ArgMax: { T: 0, Tidx: 1 },
  ArgMin: { T: 0, Tidx: 1 },
  UnsortedSegmentSum: { T: 0, Tindices: 1, Tnumsegments: 2 },
}

/** The graph attributes of one recorded operation. */
export function graphAttributes(
  addon: Addon,
  op: string,
  attributes: readonly OpAttribute[],
  inputTypes: readonly DType[],
): Record<string, Attribute> {
  const result: Record<string, Attribute> = {}
  for (const attribute of attributes) result[attribute.name] = graphAttribute(addon, op, attribute)
  for (const [name, input] of Object.entries(inferredFromInput[op] ?? {})) result[name] ??= { type: inputTypes[input]! }
  return result
}

function graphAttribute(addon: Addon, op: string, { name, type, value }: OpAttribute): Attribute {
  switch (type) {
    case addon.TF_ATTR_TYPE:
      return { type: value as DType }
    case addon.TF_ATTR_BOOL:
      return { bool: Boolean(value) }
    case addon.TF_ATTR_INT:
      return Array.isArray(value) ? { ints: value as number[] } : { int: value as number }
    case addon.TF_ATTR_FLOAT:
      return { float: value as number }
    case addon.TF_ATTR_STRING:
      return { string: value as string }
    case addon.TF_ATTR_SHAPE:
      return { shape: value as number[] }
    default:
      throw new Error(`Attribute ${name} of ${op} has a type (${type}) that cannot be recorded`)
  }
}
