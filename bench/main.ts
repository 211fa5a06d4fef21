/** `npm run bench -- NAME [--json] [--threads N] [--repeats N] [--only TEXT] [--share 0..1] [--curves FILE] [--model FOLDER] [--minutes N]`. Progress on stderr, the report on stdout. */
import { parseArgs } from 'node:util'
import { factsOf, exitCodeOf, Failure } from '#shared/contract/failure.ts'
import { analysis } from './analysis.ts'
import { forecast } from './forecast.ts'
import { epoch } from './epoch.ts'
import { grpo } from './grpo.ts'
import { memory } from './memory.ts'
import { report, table, type BenchResult } from './report.ts'
import { switchSearch } from './switch-search.ts'
import type { BenchOptions } from './measure.ts'
import { rollout } from './rollout.ts'
import { soak } from './soak.ts'
import { train } from './train.ts'
import { verify } from './verify.ts'

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult[]>>> = {
  train,
  epoch,
  rollout,
  grpo,
  memory,
  soak,
  verify,
  analysis,
  forecast,
  'switch-search': switchSearch,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '7' },
    only: { type: 'string' },
    share: { type: 'string', default: '1' },
    curves: { type: 'string' },
    model: { type: 'string' },
    minutes: { type: 'string' },
  },
})

try {
  const name = positionals[0] ?? ''
  const bench = benches[name]
  if (bench === undefined) {
    throw new Failure({
      code: 'input.invalid',
      message: 'There is no such bench.',
      input: name || '(none)',
      remedy: `Choose one of: ${Object.keys(benches).join(', ')}.`,
    })
  }
  const options = {
    threads: Number(values.threads),
    repeats: Number(values.repeats),
    share: Number(values.share),
    ...(values.only !== undefined && { only: values.only }),
    ...(values.curves !== undefined && { curves: values.curves }),
    ...(values.model !== undefined && { model: values.model }),
    ...(values.minutes !== undefined && { minutes: Number(values.minutes) }),
  }
  const document = report(name, await bench(options))
  console.log(values.json ? JSON.stringify(document) : table(document))
} catch (error) {
  const facts = factsOf(error)
  console.log(
    values.json
      ? JSON.stringify({ error: facts })
      : [facts.message, facts.input, facts.remedy].filter(Boolean).join('\n'),
  )
  process.exitCode = exitCodeOf(facts.code)
}
