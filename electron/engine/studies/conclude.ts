/** The end of a study: facts gathered, result document and report made. */
import { reportPage } from './report/page.ts'
import { resultOf } from './result.ts'
import type { StudiesDeps } from './studies.ts'
import { gatherFacts, type FactsDeps } from './study-facts.ts'

export const concludeWith =
  (deps: FactsDeps): StudiesDeps['conclude'] =>
  async ({ runs, wallS }) => {
    const facts = await gatherFacts(runs, wallS, deps)
    return { document: resultOf(facts), html: reportPage(facts) }
  }
