/**
 * P_sft + PL_rl of every arm: where it starts, and how far the fitted law says it can climb, with the interval. Where the points
 * set no ceiling: what was seen, and an open end.
 */
import { bestSeenOf, isOpen, verdictWords } from '#shared/analysis/ceiling-words.ts'
import type { Arm, StudyFacts } from '../study-facts.ts'
import { markup, type Markup } from './markup.ts'
import { linear, px, ticks, type Frame } from './plot.ts'
import { armClass, armName, ceilingText, points } from './words.ts'

const rowHeight = 46
const frame: Omit<Frame, 'height'> = { width: 860, left: 220, right: 24, top: 8, bottom: 52 }

export function ceilingsFigure({ arms }: StudyFacts): Markup {
  const height = frame.top + arms.length * rowHeight + frame.bottom
  const x = linear([0, 100], [frame.left, frame.width - frame.right])
  const bottom = height - frame.bottom
  return markup`<svg viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="Start and ceiling of every arm">
    <g class="axes">
      ${ticks([0, 100], 10).map(
        (at) => markup`<line class="grid" x1="${px(x(at))}" x2="${px(x(at))}" y1="${frame.top}" y2="${bottom}"/>
        <text x="${px(x(at))}" y="${bottom + 18}" text-anchor="middle">${at}</text>`,
      )}
      <text class="title" x="${(frame.left + frame.width - frame.right) / 2}" y="${bottom + 38}" text-anchor="middle">accuracy (%): start (solid) + plasticity of RL (pale) = ceiling A</text>
    </g>
    ${arms.map((arm, i) => bar(arm, arms, frame.top + i * rowHeight + 6, x))}
  </svg>`
}

function bar(arm: Arm, arms: readonly Arm[], top: number, x: (value: number) => number): Markup {
  const cls = armClass(arm, arms)
  const { fit } = arm.curve
  const start = 100 * (arm.role === 'pure-sft' ? arm.last : arm.first).accuracy.value
  const hasNone = fit !== null && isOpen(fit)
  const seen = bestSeenOf(arm.curve.points, fit?.excluded)
  const ceiling = hasNone ? seen : (fit?.aPost.value ?? start)
  const middle = top + 10
  const lo = x(hasNone ? seen : (fit?.aPost.lo ?? start))
  const hi = x(hasNone ? 100 : (fit?.aPost.hi ?? start))
  const words = fit
    ? `start ${points(start)}, ceiling ${ceilingText(arm)}, ${verdictWords[fit.verdict]}`
    : `${points(start)}: SFT alone, no plasticity of RL`
  return markup`<g>
    <text class="label" x="${frame.left - 10}" y="${middle + 4}" text-anchor="end">${armName(arm)}</text>
    <rect class="bar ${cls}" x="${px(x(0))}" y="${top}" width="${px(x(start) - x(0))}" height="20"/>
    ${
      fit &&
      markup`<rect class="gain ${cls}" x="${px(x(start))}" y="${top}" width="${px(Math.max(0, x(ceiling) - x(start)))}" height="20"/>
      <path class="whisker strong${hasNone && ' open'}" d="M${px(lo)} ${middle}H${px(hi)}"/>
      <path class="whisker strong" d="M${px(lo)} ${middle - 5}v10${hasNone ? `M${px(hi - 6)} ${middle - 5}L${px(hi)} ${middle}L${px(hi - 6)} ${middle + 5}` : `M${px(hi)} ${middle - 5}v10`}"/>`
    }
    <text class="note" x="${px(x(0) + 2)}" y="${top + 34}">${words}</text>
  </g>`
}
