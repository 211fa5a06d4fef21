/** The maths verifier beside math-verify: how often the two agree, and cases a second, on recorded and on GSM8K's own answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MathsVerifier } from '#tasks/maths/verifier.ts'
import { alternating, type BenchOptions } from './measure.ts'
import { gsm8kTexts } from './gsm8k-texts.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

interface Question {
  readonly gold: string
  readonly pred: string
}

const sets: Readonly<Record<string, () => Question[]>> = {
  'the parity cases': parityCases,
  'GSM8K solutions': solutions,
}

export async function verify({ threads, repeats, only = '' }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const [name, make] of Object.entries(sets).filter(([name]) => name.includes(only))) {
    const cases = make()
    const verifier = new MathsVerifier({ threads })
    const peer = new Peer('verify.py', 1, 'verify-requirements.txt')
    const { version } = await peer.ask<{ version: string }>('version')
    let [ours, theirs]: [readonly boolean[], readonly boolean[]] = [[], []]
    const measured = await alternating(
      repeats,
      async (count) => {
        const start = performance.now()
        const verdicts = await Promise.all(cases.slice(0, count).map((one) => verifier.judge(one)))
        const rate = (1000 * verdicts.length) / (performance.now() - start)
        ours = verdicts.map(({ equal }) => equal)
        return [rate]
      },
      async (count) => {
        const answer = await peer.ask<{ seconds: number; verdicts: boolean[] }>('judge', { cases: cases.slice(0, count), processes: threads }) // prettier-ignore
        theirs = answer.verdicts
        return [theirs.length / answer.seconds]
      },
      { warmUp: 50, turn: cases.length },
    )
    await verifier.close()
    peer.close()
    const agreement = theirs.filter((verdict, i) => verdict === ours[i]).length / cases.length
    const itself = { name: 'math-verify', version, value: 1 }
    const rate = { name: 'math-verify', version, value: measured.theirs }
    results.push(
      result({ case: `${name}, agreement`, unit: 'of verdicts', better: 'more', goal: 0.97, ours: agreement, peer: itself }),
      result({ case: `${name}, rate`, unit: 'cases/s', better: 'more', goal: null, ours: measured.ours, peer: rate }),
    ) // prettier-ignore
  }
  return results
}

/** Recorded cases, made by the parity script from the seed that it names. */
function parityCases(): Question[] {
  const file = join(import.meta.dirname, '..', 'electron', 'tasks', 'maths', 'parity.vectors.json')
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Question[] }
  return cases.map(({ gold, pred }) => ({ gold, pred }))
}

/** Final numbers of GSM8K's solutions, boxed, against themselves and against their neighbours'. */
function solutions(): Question[] {
  const texts = gsm8kTexts(500)
  const final = (i: number) => texts[i % texts.length]!.answer.split('####').at(-1)!.trim()
  return texts.map(({ answer }, i) => ({
    gold: `$${final(i)}$`,
    pred: `${answer.split('####')[0]}The answer is $\\boxed{${final(i % 2 === 0 ? i : i + 1)}}$.`,
  }))
}
