/**
 * What TensorFlow is here and how fast it multiplies: asked of a process of its own, for loading it costs a gigabyte of
 * libraries and a crash in it must cost nothing. The answer is kept in the user's folder until the addon changes.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { Failure } from '#shared/contract/failure.ts'
import { childAnswer } from '../child-answer.ts'
import { programFolder } from '../version.ts'
import { userFolder } from '../workspace/user-folder.ts'
import { writeWhole } from '../workspace/write-whole.ts'

export const BackendFacts = z.object({
  name: z.string(),
  version: z.string(),
  device: z.string(),
  threads: z.int(),
  precision: z.array(z.string()),
  /** Of a large f32 product, 10^9 multiplications and additions a second. */
  matmulGflops: z.number(),
})
export type BackendFacts = z.infer<typeof BackendFacts>

const probe = join(programFolder, 'electron', 'trainer', 'probe.ts')
const timeoutMs = 60_000

/** Loads TensorFlow in a child, multiplies, and reports. Throws `backend.missing` where it cannot. */
export const probeBackend = (): Promise<BackendFacts> =>
  childAnswer({
    words: [probe],
    answer: BackendFacts,
    options: { timeout: timeoutMs },
    unexplained: (said, cause) =>
      new Failure(
        {
          code: 'backend.missing',
          message: `TensorFlow could not be loaded: ${said}.`,
          input: 'TensorFlow addon',
          remedy: 'Run `npm start -- provision`; `npm start -- doctor` says what is missing.',
        },
        { cause },
      ),
  })

const Kept = z.object({
  key: z.string(),
  facts: BackendFacts,
  /** When it was measured, ms since the epoch. */
  at: z.number().default(0),
})
type Kept = z.infer<typeof Kept>
/** Whoever measured while the machine was busy called it slow: it is measured again, and the faster figure stays. */
const staleMs = 3_600_000

export interface BackendKnowledge {
  /** What is known now; null while nothing is. */
  facts(): BackendFacts | null
  problem(): Failure | null
  /** Where a run trains that names no device, as far as is known. */
  device(): 'cpu' | 'gpu'
  /** Resolves when it is known one way or the other. An answer of long ago holds, and is measured again behind it. */
  known(): Promise<void>
}

/** Remembers the probe's answer, in this process and across processes. `probeOnce` and `now` are the dice and the clock of tests. */
export function backendKnowledge(
  folder = userFolder(),
  probeOnce: () => Promise<BackendFacts> = probeBackend,
  now: () => number = Date.now,
): BackendKnowledge {
  const kept = readKept(folder)
  let facts = kept?.facts ?? null
  let problem: Failure | null = null
  let asking: Promise<void> | undefined
  const ask = () =>
    probeOnce().then(
      (found) => {
        problem = null
        facts = { ...found, matmulGflops: Math.max(found.matmulGflops, facts?.matmulGflops ?? 0) }
        keep(folder, { key: keyNow(), facts, at: now() })
      },
      (error: Failure) => {
        // What is missing may be provisioned meanwhile: the next who asks makes it look again.
        if (facts === null) [problem, asking] = [error, undefined]
      },
    )
  return {
    facts: () => facts,
    problem: () => problem,
    device: () => (facts?.device === 'gpu' ? 'gpu' : 'cpu'),
    known() {
      if (asking) return asking
      if (kept === null) return (asking = ask())
      asking = Promise.resolve()
      if (now() - kept.at > staleMs) void ask()
      return asking
    },
  }
}

/** The answer holds for one choice of backend and one addon on one machine. */
function keyNow(): string {
  const addon = process.env['SWITCHPOINT_TF_ADDON'] ?? ''
  const cpu = readText('/proc/cpuinfo').match(/^model name.*$/m)?.[0] ?? ''
  // Left out where nothing was chosen: answers from before there was a choice hold.
  const choice = process.env['SWITCHPOINT_BACKEND'] ?? ''
  return createHash('sha256')
    .update(`${addon}\n${cpu}\n${process.version}${choice && `\n${choice}`}`)
    .digest('hex')
    .slice(0, 24)
}

function readKept(folder: string): Kept | null {
  try {
    const kept = Kept.parse(JSON.parse(readFileSync(join(folder, 'backend.json'), 'utf8')))
    return kept.key === keyNow() ? kept : null
  } catch {
    return null
  }
}

function keep(folder: string, kept: Kept): void {
  mkdirSync(folder, { recursive: true })
  writeWhole(join(folder, 'backend.json'), JSON.stringify(kept))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
