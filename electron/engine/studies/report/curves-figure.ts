/** Accuracy against total compute: every arm from where it starts, evaluations with their intervals, the fitted law thin. */
import type { Arm, StudyFacts } from '../study-facts.ts'
import { markup, type Markup } from './markup.ts'
import { apart, axes, linear, path, px, ticks, whisker, xRange, yRange, type Frame, type Scale } from './plot.ts'
import { armClass, armName } from './words.ts'

const frame: Frame = { width: 860, height: 440, left: 64, right: 228, top: 16, bottom: 52 }
const tera = 1e12

export function curvesFigure({ arms, sft }: StudyFacts): Markup {
  const all = [sft, ...arms]
  const most = Math.max(...all.map(({ totalFlops }) => totalFlops)) / tera
  const highest = Math.max(...all.flatMap(({ curve }) => curve.points.map(({ accuracy }) => accuracy.hi)))
  const xDomain = [0, most] as const
  const yDomain = [0, Math.min(100, 10 * Math.ceil(10 * highest + 0.5))] as const
  const x = linear(xDomain, xRange(frame))
  const y = linear(yDomain, yRange(frame))
  const [bottom, top] = yRange(frame)
  const labelY = apart(
    arms.map((arm) => y(100 * arm.last.accuracy.value) + 4),
    17,
    top + 10,
    bottom - 4,
  )
  return markup`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="Accuracy by total compute for every arm">
    ${axes(
      frame,
      {
        scale: x,
        at: ticks(xDomain, 6),
        words: { title: 'compute of SFT and RL (TFLOP; pretraining left out)', format: String },
      },
      { scale: y, at: ticks(yDomain, 6), words: { title: 'accuracy on 512 test prompts (%)', format: String } },
    )}
    ${all.map((arm) => lineOf(arm, all, x, y))}
    ${arms.map((arm, i) => {
      const cls = armClass(arm, all)
      const end = x(arm.totalFlops / tera)
      return markup`<path class="leader ${cls}" d="M${px(end + 4)} ${px(y(100 * arm.last.accuracy.value))}L${px(end + 14)} ${px(labelY[i]! - 4)}"/>
        <text class="label ${cls}" x="${px(end + 18)}" y="${px(labelY[i]!)}">${armName(arm)}</text>`
    })}
  </svg>`
}

function lineOf(arm: Arm, all: readonly Arm[], x: Scale, y: Scale): Markup {
  const cls = armClass(arm, all)
  const places = arm.curve.points.map(({ totalFlops, accuracy }) => ({
    at: x(totalFlops / tera),
    value: y(100 * accuracy.value),
    lo: y(100 * accuracy.lo),
    hi: y(100 * accuracy.hi),
  }))
  const fitted = (arm.curve.fit?.line ?? []).filter(({ flops }) => arm.beforeFlops + flops <= arm.totalFlops * 1.0001)
  return markup`<g>
    ${places.map(({ at, lo, hi }) => whisker(at, lo, hi, cls))}
    ${fitted.length > 0 && markup`<path class="fit ${cls}" d="${path(fitted.map(({ flops, value }) => [x((arm.beforeFlops + flops) / tera), y(value)]))}"/>`}
    <path class="line ${cls}" d="${path(places.map(({ at, value }) => [at, value]))}"/>
    ${places.map(({ at, value }) => markup`<circle class="dot ${cls}" cx="${px(at)}" cy="${px(value)}" r="3"/>`)}
  </g>`
}
