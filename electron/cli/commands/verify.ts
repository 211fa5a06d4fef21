/** `verify --cases FILE`: how far our verdicts on maths answers agree with recorded ones. */
import type { Command } from 'commander'
import { checkCasesFile, type CaseReport } from '../../engine/verification/check-cases-file.ts'
import type { Cli } from '../cli.ts'
import { usersPath } from '../places.ts'

export function addVerifyCommand(program: Command, cli: Cli): void {
  program
    .command('verify')
    .description('the maths verifier against a file of recorded verdicts')
    .requiredOption('--cases <file>', 'a JSON list of {gold, pred, expected, strict?}, or one a line')
    .action(
      cli.action(async ({ output, signal }, { cases }: { cases: string }) => {
        const progress = output.progress()
        const began = performance.now()
        const report = await checkCasesFile(usersPath(cases), {
          signal,
          onProgress(done, total) {
            const share = done / total
            const secondsLeft = ((performance.now() - began) / 1000) * (1 / share - 1)
            progress.update({ label: 'judging', share, secondsLeft, detail: `${done} of ${total}` })
          },
        }).finally(() => progress.end())
        output.result(report, () => words(report))
      }),
    )
}

/** Disagreements listed for people; the document holds them all. */
const listed = 20

function words({ total, agree, agreement, disagreements }: CaseReport): string {
  const short = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
  const lines = disagreements.slice(0, listed).map(({ index, got, decided, gold, pred }) => {
    const verdict = decided ? `we say ${got ? 'equal' : 'different'}` : 'not decided in time'
    return `case ${index + 1}: ${verdict}\n  gold ${short(gold)}\n  pred ${short(pred)}`
  })
  const more =
    disagreements.length > listed ? [`and ${disagreements.length - listed} more (--json lists them all)`] : []
  return [`${agree} of ${total} verdicts agree (${(100 * agreement).toFixed(2)} %)`, ...lines, ...more].join('\n')
}
