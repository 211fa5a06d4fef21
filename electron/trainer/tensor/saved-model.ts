/**
 * Writes a graph as a SavedModel, the one form of a graph the addon can load. Uses the protobuf messages that the tfjs
 * package carries for its own purposes.
 */
import { createRequire } from 'node:module'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DType } from './dtype.ts'
import type { Attribute, ConstantValue, Graph, GraphNode } from './graph.ts'

/** The tag under which a graph is written, in the form `loadSavedModel` wants: a list, with its comma. */
export const servingTags = 'serve,'

/** TF_GRAPH_DEF_VERSION of the TensorFlow these graphs are written for; a lower one changes what some operations mean. */
const producerVersion = 2474

/** Writes `folder/saved_model.pb`. */
export function writeSavedModel(graph: Graph, folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(graph))
}

export function encodeSavedModel(graph: Graph): Uint8Array {
  const definition = new messages.GraphDef()
  definition.setVersions(new messages.VersionDef().setProducer(producerVersion))
  definition.setNodeList(graph.nodes.map(encodeNode))
  const info = new messages.MetaGraphDef.MetaInfoDef().setTagsList(['serve'])
  const meta = new messages.MetaGraphDef().setMetaInfoDef(info).setGraphDef(definition)
  return new messages.SavedModel().setSavedModelSchemaVersion(1).setMetaGraphsList([meta]).serializeBinary()
}

function encodeNode(node: GraphNode): Message {
  const inputs = node.inputs.map(({ node: name, index }) => (index === 0 ? name : `${name}:${index}`))
  const controls = node.after.map((name) => `^${name}`)
  const message = new messages.NodeDef()
    .setName(node.name)
    .setOp(node.op)
    .setInputList([...inputs, ...controls])
  const attributes = message.getAttrMap()
  for (const [name, value] of Object.entries(node.attributes)) attributes.set(name, encodeAttribute(value))
  return message
}

function encodeAttribute(value: Attribute): Message {
  const message = new messages.AttrValue()
  const list = () => new messages.AttrValue.ListValue()
  if ('type' in value) return message.setType(value.type)
  if ('types' in value) return message.setList(list().setTypeList([...value.types]))
  if ('int' in value) return message.setI(value.int)
  if ('ints' in value) return message.setList(list().setIList([...value.ints]))
  if ('float' in value) return message.setF(value.float)
  if ('bool' in value) return message.setB(value.bool)
  if ('string' in value) return message.setS(new TextEncoder().encode(value.string))
  if ('shape' in value) return message.setShape(encodeShape(value.shape))
  return message.setTensor(encodeTensor(value.tensor))
}

function encodeShape(shape: readonly number[] | null): Message {
  if (shape === null) return new messages.TensorShape().setUnknownRank(true)
  return new messages.TensorShape().setDimList(shape.map((size) => new messages.TensorShape.Dim().setSize(size)))
}

function encodeTensor({ dtype, shape, data }: ConstantValue): Message {
  if (dtype === DType.string) throw new Error('A string constant has no place in a numeric graph')
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return new messages.Tensor().setDtype(dtype).setTensorShape(encodeShape(shape)).setTensorContent(bytes)
}

/** The generated messages have no types of their own: these are the setters used above. */
type Setter =
  | `set${'Name' | 'Op' | 'Type' | 'I' | 'F' | 'B' | 'S' | 'List' | 'Shape' | 'Tensor' | 'Dtype' | 'Size' | 'Versions' | 'Producer'}`
  | `set${'Node' | 'Input' | 'Type' | 'I' | 'Dim' | 'Tags' | 'MetaGraphs'}List`
  | `set${'UnknownRank' | 'TensorShape' | 'TensorContent' | 'MetaInfoDef' | 'GraphDef' | 'SavedModelSchemaVersion'}`
type Message = { readonly [setter in Setter]: (value: unknown) => Message } & {
  serializeBinary(): Uint8Array
  getAttrMap(): { set(key: string, value: Message): void }
}
type MessageClass = new () => Message
interface Messages {
  readonly GraphDef: MessageClass
  readonly VersionDef: MessageClass
  readonly NodeDef: MessageClass
  readonly Tensor: MessageClass
  readonly SavedModel: MessageClass
  readonly TensorShape: MessageClass & { readonly Dim: MessageClass }
  readonly AttrValue: MessageClass & { readonly ListValue: MessageClass }
  readonly MetaGraphDef: MessageClass & { readonly MetaInfoDef: MessageClass }
}
const messages = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Messages
