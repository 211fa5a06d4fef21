/**
 * Edits of the form in the reader's own YAML: values are set where they stand, comments and order stay. Pure: text in, text
 * out. A text that is no YAML at all comes back as it was.
 */
import { isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml'

export type Path = readonly (string | number)[]

export interface Edit {
  readonly path: Path
  /** undefined takes the value out: the default holds again. */
  readonly value: unknown
}

/** On one line where it fits there. */
const isShort = (value: object) => JSON.stringify(value).length < 80

/** A key that came new to the experiment stands before its stages. */
function toHead(document: Document, [key, ...rest]: Path): void {
  const { contents } = document
  if (rest.length > 0 || !isMap(contents)) return
  const at = (name: unknown) => contents.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === name)
  const [mine, stages] = [at(key), at('stages')]
  if (stages < 0 || mine < stages) return
  contents.items.splice(stages, 0, ...contents.items.splice(mine, 1))
}

function edited(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text)
  if (document.errors.length > 0) return text
  change(document)
  return document.toString({ lineWidth: 100, flowCollectionPadding: true })
}

export const editYaml = (text: string, edits: readonly Edit[]): string =>
  edited(text, (document) => {
    for (const { path, value } of edits) {
      if (value === undefined) {
        if (document.hasIn(path)) document.deleteIn(path)
      } else {
        document.setIn(
          path,
          value !== null && typeof value === 'object' ? document.createNode(value, { flow: isShort(value) }) : value,
        )
        toHead(document, path)
      }
    }
  })

/** Starts the chain from a checkpoint (pretraining is then not part of it), or from weights that it pretrains itself. */
export const editStart = (text: string, start: { readonly run: string; readonly step: number } | null): string =>
  edited(text, (document) => {
    const stages = document.get('stages')
    if (!isSeq(stages)) return
    const isPretrain = (item: unknown) =>
      (item as { get?: (key: string) => unknown } | undefined)?.get?.('kind') === 'pretrain'
    if (start) {
      if (isPretrain(stages.items[0])) stages.items.shift()
      document.set('start', document.createNode(start, { flow: true }))
    } else {
      document.delete('start')
      if (!isPretrain(stages.items[0])) stages.items.unshift(document.createNode({ kind: 'pretrain' }))
    }
  })
