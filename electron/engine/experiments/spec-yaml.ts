/** Experiment specs as YAML: read with the line of every issue, written without what is default anyway. */
import { isNode, LineCounter, parseDocument, stringify, type Document } from 'yaml'
import type * as z from 'zod'
import type { SpecIssue } from '#shared/contract/runs.ts'
import { ExperimentSpec, hasUnchosenRows, type ExperimentInput } from '#shared/experiment/spec.ts'

type Issue = z.infer<typeof SpecIssue>

export interface ParsedSpec {
  /** Null when there are issues, except where only a choice is still to be made. */
  readonly spec: ExperimentSpec | null
  readonly issues: Issue[]
}

/** Parses and checks. Never throws: whatever is wrong is an issue with a line where one can be told (1-based). */
export function parseSpec(text: string): ParsedSpec {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const lineAt = (offset: number | undefined) => (offset === undefined ? null : lines.linePos(offset).line)
  if (document.errors.length > 0) {
    return {
      spec: null,
      issues: document.errors.map((error) => ({ path: '', message: error.message, line: lineAt(error.pos[0]) })),
    }
  }
  let value: unknown
  try {
    // Aliases are expanded up to a limit: a small file must not become a large one.
    value = document.toJS({ maxAliasCount: 50 })
  } catch (error) {
    return { spec: null, issues: [{ path: '', message: (error as Error).message, line: null }] }
  }
  if (value === null || value === undefined)
    return { spec: null, issues: [{ path: '', message: 'The spec is empty.', line: null }] }
  const parsed = ExperimentSpec.safeParse(value)
  if (parsed.success) {
    const message = 'choose the rows to train on: the id of a subset of yours'
    const open = { path: 'data', message, line: lineAt(offsetOf(document, ['data'])) }
    return { spec: parsed.data, issues: hasUnchosenRows(parsed.data) ? [open] : [] }
  }
  const issues = parsed.error.issues.map((issue) => {
    const path = placeOf(issue)
    return { path: path.join('.'), message: issue.message, line: lineAt(offsetOf(document, path)) }
  })
  return { spec: null, issues }
}

/** Where an issue lies: an unknown key is at the key, not at its parent. */
function placeOf(issue: z.core.$ZodIssue): (string | number)[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  const [key] = issue.code === 'unrecognized_keys' ? issue.keys : []
  return key === undefined ? path : [...path, key]
}

/** Offset of a path's key, or of the nearest part of it that is there: a missing field is shown at its parent. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : keyOrValue(document, path.slice(0, length))
    const offset = isNode(node) ? node.range?.[0] : undefined
    if (offset !== undefined) return offset
  }
  return undefined
}

function keyOrValue(document: Document, path: readonly (string | number)[]): unknown {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents
  const last = path.at(-1)
  const items = (parent as { items?: readonly { key?: { value?: unknown } }[] } | undefined)?.items ?? []
  const pair = items.find((item) => item?.key?.value === last)
  return pair?.key ?? document.getIn(path, true)
}

/** The spec as a person would write it: everything that parses to the same without it is left out. */
export function printSpec(spec: ExperimentSpec): string {
  return stringify(withoutDefaults(spec), { lineWidth: 100 })
}

function withoutDefaults(spec: ExperimentSpec): ExperimentInput {
  const wanted = JSON.stringify(ExperimentSpec.parse(spec))
  const kept = structuredClone(spec) as ExperimentInput
  const isSame = () => {
    const parsed = ExperimentSpec.safeParse(kept)
    return parsed.success && JSON.stringify(ExperimentSpec.parse(parsed.data)) === wanted
  }
  prune(kept as unknown as Record<string, unknown>, isSame)
  return kept
}

/** Takes out key by key, whole branches first, whatever is not missed. What stays keeps its place. */
function prune(part: Record<string, unknown>, isSame: () => boolean): void {
  for (const [key, value] of Object.entries(part)) {
    const before = { ...part }
    delete part[key]
    if (isSame()) continue
    for (const other of Object.keys(part)) delete part[other]
    Object.assign(part, before)
    if (Array.isArray(value)) {
      for (const item of value) if (isRecord(item)) prune(item, isSame)
    } else if (isRecord(value)) prune(value, isSame)
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
