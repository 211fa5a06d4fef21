/** The end of a study: facts gathered, result document and report made. */
import { gatherPaper } from './paper/gather.ts'
import { paperPage } from './paper/page.ts'
import { paperResult } from './paper/result.ts'
import { reportPage } from './report/page.ts'
import { resultOf } from './result.ts'
import type { StudiesDeps } from './studies.ts'
import { gatherFacts, type FactsDeps } from './study-facts.ts'

export const concludeWith =
  (deps: FactsDeps): StudiesDeps['conclude'] =>
  async ({ kind, runs, wallS }) => {
    if (kind === 'paper') {
      const facts = await gatherPaper(runs, wallS, deps)
      const document = paperResult(facts)
      return { document, html: paperPage(facts, document) }
    }
    const facts = await gatherFacts(runs, wallS, deps)
    return { document: resultOf(facts), html: reportPage(facts) }
  }
