/** The miniature's report: one HTML file that needs nothing else. The claims first, then what they rest on. */
import { formatDuration } from '#shared/flops/units.ts'
import type { PaperClaim, PaperResult } from '#shared/contract/paper-study.ts'
import { markup, type Markup } from '../report/markup.ts'
import { style } from '../report/style.ts'
import { flops, signed } from '../report/words.ts'
import { endsFigure } from './ends-figure.ts'
import type { PaperFacts } from './gather.ts'
import { armTitle, setTitle, verdictTitle } from './words.ts'

type Document = Omit<PaperResult, 'workspace' | 'report' | 'wallS'>

const rawStyle = Object.assign(markup``, { text: style })

export function paperPage(facts: PaperFacts, result: Document): string {
  const title = headline(result)
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchpoint miniature: ${title}</title><style>${rawStyle}</style></head><body><main>
${[opening(result, title), claims(result), ends(result), sets(result), limits(result), reproduce(facts, result)]}
</main></body></html>`
  return `${page.text}\n`
}

function headline({ claims: all, seeds }: Document): string {
  const of = (verdict: PaperClaim['verdict']) =>
    all.filter((claim) => claim.measure === 'end' && isAsked(claim) && claim.verdict === verdict).length
  return `${of('supported')} claims hold, ${of('contradicted')} are turned over, ${of('undecided')} stay open over ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'}`
}

/** A smaller budget leaves out the runs that some claims need; too few bounded ceilings do so as well. */
const isAsked = ({ effects }: PaperClaim): boolean => effects.length > 0

function opening({ seeds, totalFlops, runs }: Document, title: string): Markup {
  return markup`<h1>${title}</h1>
<p class="lead">The claims of “Rethinking Expert Trajectory Utilization in LLM Post-training” (arXiv 2512.11470), asked of a small model on a made task:
${runs.length} runs, ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'}, every arm stopped at the same ${flops(totalFlops)} of SFT and RL together.</p>
<p>A claim is one number a seed, positive where the paper says so; the verdict rests on how that number varies between seeds. Nothing was tuned until it agreed: learning rates and
budgets are those of the quick study. All methods draw their rollouts from the same 1,000 prompts, those of the Uniform set.</p>`
}

const seedValues = ({ effects }: PaperClaim): string => effects.map(({ effect }) => signed(effect)).join(', ')

function claims({ claims: all }: Document): Markup {
  const table = (measure: PaperClaim['measure']) => {
    const own = all.filter((claim) => claim.measure === measure)
    const unasked = own.filter((claim) => !isAsked(claim)).map(({ claim }) => claim)
    return markup`${
      own.some(isAsked) &&
      markup`<div class="scroll"><table><thead><tr><th>claim</th><th>effect, points</th><th>95 % interval</th><th>a seed each</th><th>p</th><th>verdict</th></tr></thead><tbody>
${own.filter(isAsked).map(
  (
    claim,
  ) => markup`<tr><td class="words">${claim.claim}<br><span class="quiet">${claim.effect}. ${claim.caveats.join(' ')}</span></td>
<td>${claim.mean === null ? '–' : signed(claim.mean)}</td><td>${claim.lo === null ? '–' : `${signed(claim.lo)} to ${signed(claim.hi!)}`}</td>
<td>${seedValues(claim)}</td><td>${claim.p === null ? '–' : claim.p.toFixed(2)}</td><td>${verdictTitle[claim.verdict]}</td></tr>`,
)}</tbody></table></div>`
    }
${
  unasked.length > 0 &&
  markup`<p>${unasked.length === own.length ? 'This run can ask none of them.' : `This run cannot ask: ${unasked.join(' ')}`}</p>`
}`
  }
  return markup`<h2>The claims, by the score at the common compute</h2>
${table('end')}
<p class="quiet">Intervals: Student's t over seeds. p: exact sign-flip test, which cannot go below 2 / 2ⁿ for n seeds (0.25 for three).</p>
<h2>The claims, by fitted ceilings</h2>
${table('ceiling')}
<p class="quiet">Only ceilings that are identified or loose enter; a seed in which one that the claim needs is not identifiable is left out.</p>`
}

function ends(result: Document): Markup {
  return markup`<h2>Where every arm ended</h2>
<figure>${endsFigure(result)}<figcaption><b>Accuracy (avg@4) at the common compute.</b> A dot a seed, the bar their mean. Branches are named by the regime of the checkpoint they started from.</figcaption></figure>`
}

function sets({ sets: all, runs }: Document): Markup {
  const endOf = (seed: number, set: string) =>
    runs.find((run) => run.role === 'branch' && run.seed === seed && run.set === set && run.regime === 'stable')?.end
  return markup`<h2>The expert sets</h2>
<div class="scroll"><table><thead><tr><th>set</th><th>seed</th><th>minimum validation loss</th><th>best of SFT alone, %</th><th>after RL from the minimum, %</th></tr></thead><tbody>
${all.map(
  ({ set, seed, minValLoss, bestOfSft }) =>
    markup`<tr><td>${setTitle(set)}</td><td>${seed}</td><td>${minValLoss.toFixed(3)}</td><td>${bestOfSft.toFixed(1)}</td><td>${endOf(seed, set)?.value.toFixed(1)}</td></tr>`,
)}</tbody></table></div>`
}

function limits({ leftOut, seeds, runs }: Document): Markup {
  const regimes = new Set(runs.flatMap(({ regime }) => regime ?? []))
  const absent = ['adaptive', 'stable', 'mild', 'severe'].filter((regime) => !regimes.has(regime))
  return markup`<h2>What this cannot say</h2>
<p>${seeds.length < 3 && markup`<b>Fewer than three seeds:</b> no interval between seeds can be trusted, and every verdict that needs one stays open. `}A model of a third of a million weights on a task with 620 facts shows mechanisms, not what a
7B model does. Over-fitting costs little here: what SFT memorises is style that RL repairs, while facts are still being learned after the minimum of the loss.</p>
${absent.length > 0 && markup`<p>No branch started from: ${absent.join(', ')}.</p>`}
${leftOut.length > 0 && markup`<p>Left out: ${leftOut.map(({ what, why }, i) => `${i > 0 ? '; ' : ''}${what} (${why})`)}.</p>`}`
}

const reproduce = ({ codeVersion, model, wallS }: PaperFacts, { runs }: Document): Markup =>
  markup`<h2>To do it again</h2>
<pre><code>npm start -- study paper --budget ${Math.max(1, Math.ceil(wallS / 60))}</code></pre>
<p class="quiet">Switchpoint ${codeVersion}, ${model}, ${runs.length} runs, ${formatDuration(wallS)} in all. Arms by name: ${[...new Set(runs.map(armTitle))].join(', ')}.</p>`
