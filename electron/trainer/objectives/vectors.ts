/** The reference vectors (objective.vectors.json, written by objective_vectors.py) as tests read them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

export type Table = readonly (readonly number[])[]

export interface VectorCase {
  readonly id: string
  readonly objective: string
  readonly config: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, unknown>>
}

interface VectorFile {
  readonly shared: Readonly<Record<'logp_new' | 'logp_old' | 'logp_ref' | 'entropy' | 'mask', Table>> & {
    readonly lengths: readonly number[]
    readonly l_max: number
  }
  readonly cases: readonly VectorCase[]
}

const file = JSON.parse(readFileSync(path.join(import.meta.dirname, 'objective.vectors.json'), 'utf8')) as VectorFile

export const shared = file.shared

/** Throws for an id that the file does not have. */
export function vector(id: string): VectorCase {
  const found = file.cases.find((candidate) => candidate.id === id)
  if (!found) throw new Error(`objective.vectors.json has no case ${id}`)
  return found
}

export const vectorIds = file.cases.map((candidate) => candidate.id)
