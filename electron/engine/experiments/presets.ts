/** The example experiments that ship with the program (resources/experiments). */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ExperimentSpec } from '#shared/experiment/spec.ts'
import { programFolder } from '../version.ts'
import { parseSpec } from './spec-yaml.ts'

export interface Preset {
  readonly id: string
  /** The file's first comment up to its colon: `Sequential`. */
  readonly title: string
  readonly yaml: string
  readonly spec: ExperimentSpec
}

/** In the order in which a newcomer would try them. */
const order = [
  'sequential',
  'pure-sft',
  'pure-rl',
  'dr-grpo',
  'dapo',
  'luffy',
  'srft',
  'upt',
  'prefix-rft',
  'gsm8k-sequential',
]

export function presets(folder = join(programFolder, 'resources', 'experiments')): Preset[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length)
  return files
    .map((file) => presetIn(join(folder, file)))
    .sort((a, b) => place(a.id) - place(b.id) || a.id.localeCompare(b.id))
}

function presetIn(path: string): Preset {
  const yaml = readFileSync(path, 'utf8')
  const { spec, issues } = parseSpec(yaml)
  if (!spec) throw new Error(`${path}: ${issues.map(({ line, message }) => `line ${line}: ${message}`).join('; ')}`)
  const id = basename(path, '.yaml')
  return { id, title: /^#\s*([^:\n]+)/m.exec(yaml)?.[1]?.trim() ?? spec.name, yaml, spec }
}
