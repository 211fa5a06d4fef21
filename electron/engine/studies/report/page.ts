/**
 * The report of a quick study: one HTML file that needs nothing else and no documentation. Written for a researcher who has
 * never seen the program: what was asked, what was done, what came out, how sure it is, what it cannot say.
 */
import { pairedDifference } from '#shared/analysis/accuracy.ts'
import { openInterval, verdictWords } from '#shared/analysis/ceiling-words.ts'
import { formatCount, formatDuration } from '#shared/flops/units.ts'
import type { SftStage } from '#shared/experiment/spec.ts'
import { mostTimes } from '../../analysis/needed-evaluations.ts'
import type { Arm, StudyFacts } from '../study-facts.ts'
import { ceilingsFigure } from './ceilings-figure.ts'
import { curvesFigure } from './curves-figure.ts'
import { finalFigure } from './final-figure.ts'
import { lossFigure } from './loss-figure.ts'
import { markup, type Markup } from './markup.ts'
import { style } from './style.ts'
import {
  armName,
  ceilingText,
  difference,
  flops,
  interval,
  percent,
  plasticityText,
  points,
  regimeWord,
  signed,
} from './words.ts'

export function reportPage(facts: StudyFacts): string {
  const title = headline(facts)
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchpoint quick study: ${title}</title><style>${rawStyle}</style></head><body><main>
${[opening(facts, title), method(facts), results(facts), ceilings(facts), limits(facts), reproduce(facts), words()]}
</main></body></html>`
  return `${page.text}\n`
}

const rawStyle = Object.assign(markup``, { text: style })

/** The finding in a line; where the two best are not apart, it says so. */
function headline({ arms }: StudyFacts): string {
  const [best, second] = [arms[0]!, arms[1]!]
  const lead = pairedDifference(second.outcomes, best.outcomes)
  const name =
    best.role === 'branch' ? `SFT, then RL from the ${regimeWord(best.curve.regime)} checkpoint` : armName(best)
  const isClear = lead.standardErrors >= 2
  return `${name} ends ${isClear ? 'highest' : 'on top, level with the next'}: ${percent(best.last.accuracy.value)} of the test problems`
}

function opening({ arms, base, sft, sftOverBase, bestBranch }: StudyFacts, title: string): Markup {
  const rivals = arms.filter((arm) => arm.role !== 'branch')
  return markup`<h1>${title}</h1>
<p class="lead">Five ways to spend the same compute on the same small model, from the same start. ${armName(arms[0]!)} reached
${interval(arms[0]!.last.accuracy)}; ${rivals.map((arm, i) => markup`${i > 0 && (i === rivals.length - 1 ? ' and ' : ', ')}${armName(arm)} ${percent(arm.last.accuracy.value)}`)}.
The base model stood at ${percent(base.last.accuracy.value)}. Intervals are 95 %, over test prompts.</p>
<h2>The question</h2>
<p>Given expert solutions and a verifier, how should a language model be post-trained: by supervised fine-tuning (SFT) alone, by reinforcement
learning (RL) alone, by both one after the other, or by a method that mixes them? And if one after the other: when is the moment to switch? The
plasticity-ceiling view says: the ceiling of a pipeline is what SFT has reached plus what RL can still add, A = P<sub>sft</sub> + PL<sub>rl</sub>, and both
depend on where in the SFT run the switch is made.</p>
<p>Two checks that the pieces work at all: SFT raised the base by ${difference(sftOverBase)} (from ${percent(base.last.accuracy.value)} to ${percent(sft.last.accuracy.value)}); the
best branch raised its own start by ${bestBranch.gain && difference(bestBranch.gain)}. Differences are paired: the same ${base.last.n} prompts on both sides.</p>`
}

function method({ arms, base, sft, model, parameters, losses }: StudyFacts): Markup {
  const total = Math.max(...arms.map(({ totalFlops }) => totalFlops))
  const low = Math.min(...arms.map(({ totalFlops }) => totalFlops))
  const stage = sft.stage as SftStage
  const rows = typeof stage.data === 'object' ? stage.data.lab.rows : null
  return markup`<h2>What was done</h2>
<p>The task: chains of operators modulo 31. A prompt such as <code>7 *3 -2 +11 *2 ?</code> asks for the value; an expert writes
<code>7 *3 -2 = 19 +11 = 30 *2 = 29 $</code>. Of twenty operators eight are common in pretraining, four rare, eight almost unseen: knowledge that only the experts'
solutions hold. Only the final number is verified; chance is 3 %.</p>
<p>A ${model} decoder (${parameters !== null && `${formatCount(parameters)} parameters`}) was pretrained for ${base.steps} steps. From this one base: SFT on ${rows ?? 'expert'} expert solutions
for ${sft.steps} steps, with the validation loss taken ${losses.length} times; RL (GRPO) from three of its checkpoints, one a regime; and three rivals without that detour: pure RL, pure SFT, and LUFFY, which learns
from rollouts and expert solutions at once. Every arm was stopped at the same total of ${flops(total)} for SFT and RL together (they differ by ${percent((total - low) / total)});
pretraining is common to all and left out. FLOPs are counted from the model's shape and the real sequence lengths, 3 F a trained token and F a generated one.</p>
<p>Every evaluation asks the same ${base.last.n} test prompts, which no training set holds: ${base.last.k} answers each at temperature 1 (avg@${base.last.k}) and one greedy answer.</p>`
}

function results(facts: StudyFacts): Markup {
  const { arms, regimes, losses } = facts
  const rise = losses.at(-1)!.loss / regimes.minLoss - 1
  const best = arms[0]!
  return markup`<h2>Where the switches were made</h2>
<figure>${lossFigure(facts)}<figcaption><b>Validation loss of the SFT run.</b> Minimum ${regimes.minLoss.toFixed(3)} at step ${regimes.minStep}; at the end ${signed(100 * rise)} %. Adaptive: before the loss first comes within 2 % of its
minimum; Stable (green): within 2 %; Mild over-fit (amber): after it, 2 to 10 % above; Severe (red): 10 % and more. Rings: the checkpoints from which RL was branched.</figcaption></figure>
<h2>Who leads at equal compute</h2>
<figure>${curvesFigure(facts)}<figcaption><b>Accuracy (avg@${best.last.k}) against the compute of SFT and RL.</b> Points are evaluations, bars their 95 % intervals over prompts, dotted lines the fitted law. Blue: SFT (pale), then RL; green: pure RL; orange: LUFFY; grey: pure SFT. A branch begins where its SFT stopped.</figcaption></figure>
<figure>${finalFigure(facts)}<figcaption><b>The last evaluation of every arm.</b> ● four sampled answers a prompt, with the 95 % interval by prompt; ◇ the greedy answer (Wilson intervals in the table).</figcaption></figure>
<div class="scroll"><table><thead><tr><th>arm</th><th>SFT + RL</th><th>accuracy avg@${best.last.k}</th><th>greedy</th><th>start → end</th><th>behind the best (paired)</th></tr></thead><tbody>
${arms.map(
  (
    arm,
  ) => markup`<tr><td>${armName(arm)}</td><td>${flops(arm.totalFlops)}</td><td>${interval(arm.last.accuracy)}</td><td>${arm.last.greedy && interval(arm.last.greedy)}</td>
<td>${percent(arm.first.accuracy.value)} → ${percent(arm.last.accuracy.value)}</td><td>${arm === best ? '–' : behind(arm, best)}</td></tr>`,
)}</tbody></table></div>`
}

function behind(arm: Arm, best: Arm): string {
  const { value, standardError, standardErrors } = pairedDifference(arm.outcomes, best.outcomes)
  return `${(100 * value).toFixed(1)} ± ${(100 * standardError).toFixed(1)}${Math.abs(standardErrors) < 2 ? ', not apart' : ''}`
}

function ceilings(facts: StudyFacts): Markup {
  const fitted = facts.arms.filter((arm) => arm.curve.fit)
  return markup`<h2>How high each could still climb</h2>
<figure>${ceilingsFigure(facts)}<figcaption><b>P<sub>sft</sub> + PL<sub>rl</sub> = A.</b> Solid: accuracy where RL begins. Pale: the plasticity that the fitted law gives to RL, with the 80 % interval of A as a capped line; where the points
set no upper bound, what was seen, and a dashed line with an open end.</figcaption></figure>
<p>The law: y(x) = s + (A − s) / (1 + (C<sub>mid</sub>/x)<sup>B</sup>), x the compute of RL, s the start: P<sub>sft</sub>, or P<sub>sft</sub> + ε where the points make a jump at the start of RL likelier than none${jumps(fitted)}.</p>
<div class="scroll"><table><thead><tr><th>arm</th><th>P<sub>sft</sub></th><th>PL<sub>rl</sub></th><th>A [80&nbsp;%]</th><th>verdict</th><th>90&nbsp;% profile</th><th>n</th><th>n to identify</th><th>or prompts</th></tr></thead><tbody>
${fitted.map(
  (
    arm,
  ) => markup`<tr><td>${armName(arm)}</td><td>${points(arm.curve.fit!.pSft)}</td><td>${plasticityText(arm)}</td><td>${ceilingText(arm)}</td>
<td>${verdictWords[arm.curve.fit!.verdict]}</td><td>${openInterval(arm.curve.fit!.profile90)}</td><td>${arm.curve.points.length - 1}</td>${neededCells(arm)}</tr>`,
)}</tbody></table></div>
<p>${whatWouldDo(fitted)} A ceiling counts as identified when the 90 % profile interval of A is at most 2 points wide, as not identifiable when it has no upper bound below 100. n: evaluations of one branch after its start.
The last two columns are by simulation from the fitted law: as many evaluations at the same spacing; or as many test prompts at the evaluations made, since the noise falls with their square root.</p>`
}

/** Which arms begin with a jump, in words. */
function jumps(fitted: readonly Arm[]): string {
  const found = fitted.filter((arm) => (arm.curve.fit!.params.eps ?? 0) > 0)
  if (found.length === 0) return ' (here: none)'
  return ` (here: ${found.map((arm) => `${armName(arm)}, ε = ${points(arm.curve.fit!.params.eps!)}`).join('; ')})`
}

/** The n that would identify all ceilings, in a sentence. */
function whatWouldDo(fitted: readonly Arm[]): Markup {
  const open = fitted.filter((arm) => arm.curve.fit!.verdict !== 'identified')
  if (open.length === 0) return markup`<b>All ${fitted.length} ceilings are identified.</b>`
  const n = open.map(({ needed }) => needed?.n ?? null)
  const known = n.filter((each) => each !== null)
  const longest = Math.max(0, ...known)
  const compute = Math.max(0, ...open.map(({ needed }) => needed?.flops ?? 0))
  const done =
    known.length === 0
      ? `none of them would be with up to ${mostTimes} times as many evaluations`
      : known.length === open.length
        ? `about n = ${longest} evaluations a branch (${flops(compute)} of RL) would identify all of them`
        : `about n = ${longest} evaluations a branch (${flops(compute)} of RL) would identify ${known.length} of these; for the rest ${mostTimes} times as many would not do`
  return markup`<b>${fitted.length - open.length} of ${fitted.length} ceilings are identified; ${done}.</b>`
}

function neededCells({ needed, curve }: Arm): Markup {
  if (curve.fit?.verdict === 'identified') return markup`<td>it is</td><td>–</td>`
  if (!needed) return markup`<td>–</td><td>–</td>`
  return markup`<td>${needed.n === null ? `over ${mostTimes * (curve.points.length - 1)}` : needed.n}</td>
<td>${needed.prompts === null ? 'over 1,000,000' : formatCount(roundedUp(needed.prompts))}</td>`
}

/** Two digits: a simulated number of prompts is no better known. */
function roundedUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1)
  return Math.ceil(value / unit) * unit
}

function limits({ seed }: StudyFacts): Markup {
  return markup`<h2>What this cannot say</h2>
<p><b>One seed.</b> Every interval here is over test prompts. None holds the spread between seeds: another base, another draw of expert solutions, another stream of rollouts. On this task the spread of the end of RL between seeds
was measured at 1 to 12 points, largest for switches near the minimum of the loss; so a lead of a few points between branches may turn over. Seed of this study: ${seed}.</p>
<p><b>Short branches.</b> Minutes of RL show who is ahead at this compute, hardly where it ends; that is why most ceilings above are loose or not identifiable.</p>
<p><b>A small model on a made task.</b> It shows the mechanism and the tool, not what a 7B model will do.</p>`
}

function reproduce({ seed, codeVersion, backend, wallS, arms, base, sft }: StudyFacts): Markup {
  return markup`<h2>To do it again</h2>
<pre><code>npm start -- study quick</code></pre>
<p class="quiet">Switchpoint ${codeVersion}; ${backend ? `${backend.name} ${backend.version} on ${backend.device}` : 'backend unknown'}; seed ${seed}; ${formatDuration(wallS)} in all. Training time: ${[
    base,
    sft,
    ...arms,
  ].map(
    (arm, i) => `${i > 0 ? ', ' : ''}${armName(arm)} ${formatDuration(arm.seconds)}`,
  )}. Runs: ${[base, sft, ...arms].map((arm, i) => markup`${i > 0 && ', '}<code>${arm.id}</code>`)}.</p>`
}

const words = (): Markup => markup`<h2>Words</h2><dl>
<dt>P<sub>sft</sub></dt><dd>Accuracy of the checkpoint where RL begins (for pure RL and LUFFY: of the base).</dd>
<dt>PL<sub>rl</sub></dt><dd>Plasticity: what RL can still add, up to the ceiling.</dd>
<dt>A, A<sub>post</sub></dt><dd>The ceiling of the pipeline, P<sub>sft</sub> + PL<sub>rl</sub>.</dd>
<dt>avg@4</dt><dd>Mean over prompts of the share of right answers among four sampled ones.</dd>
<dt>Paired</dt><dd>The difference is taken prompt by prompt; its standard error is that of the mean of those differences.</dd></dl>
<p class="quiet">Framework: Ding et al., arXiv 2512.11470. LUFFY: Yan et al., arXiv 2504.14945. GRPO: Shao et al., arXiv 2402.03300.</p>`
