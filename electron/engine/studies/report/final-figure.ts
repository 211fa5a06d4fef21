/** All arms at one compute: the last evaluation with its interval, and the greedy answer beside it. */
import type { StudyFacts } from '../study-facts.ts'
import { markup, type Markup } from './markup.ts'
import { linear, px, ticks, type Frame } from './plot.ts'
import { armClass, armName, percent } from './words.ts'

const rowHeight = 34
const frame: Omit<Frame, 'height'> = { width: 860, left: 220, right: 64, top: 8, bottom: 52 }

export function finalFigure({ arms, base }: StudyFacts): Markup {
  const height = frame.top + arms.length * rowHeight + frame.bottom
  const highest = Math.max(...arms.map(({ last }) => Math.max(last.accuracy.hi, last.greedy?.hi ?? 0)))
  const domain = [0, Math.min(100, 10 * Math.ceil(10 * highest + 0.3))] as const
  const x = linear(domain, [frame.left, frame.width - frame.right])
  const bottom = height - frame.bottom
  const start = x(100 * base.last.accuracy.value)
  return markup`<svg viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="Final accuracy of every arm at equal compute">
    <g class="axes">
      ${ticks(domain, 8).map(
        (at) => markup`<line class="grid" x1="${px(x(at))}" x2="${px(x(at))}" y1="${frame.top}" y2="${bottom}"/>
        <text x="${px(x(at))}" y="${bottom + 18}" text-anchor="middle">${at}</text>`,
      )}
      <text class="title" x="${(frame.left + frame.width - frame.right) / 2}" y="${bottom + 38}" text-anchor="middle">accuracy at the common compute (%): ● avg@4 at temperature 1, ◇ greedy</text>
    </g>
    <path class="mark" d="M${px(start)} ${frame.top}V${bottom}"/>
    <text class="note" x="${px(start + 4)}" y="${bottom - 4}">base</text>
    ${arms.map((arm, i) => {
      const y = frame.top + i * rowHeight + rowHeight / 2
      const { accuracy, greedy } = arm.last
      const cls = armClass(arm, arms)
      const g = greedy && x(100 * greedy.value)
      return markup`<text class="label" x="${frame.left - 10}" y="${y + 4}" text-anchor="end">${armName(arm)}</text>
        <path class="whisker strong ${cls}" d="M${px(x(100 * accuracy.lo))} ${y}H${px(x(100 * accuracy.hi))}M${px(x(100 * accuracy.lo))} ${y - 5}v10M${px(x(100 * accuracy.hi))} ${y - 5}v10"/>
        <circle class="dot ${cls}" cx="${px(x(100 * accuracy.value))}" cy="${y}" r="5"/>
        ${g !== null && markup`<path class="greedy ${cls}" d="M${px(g - 5)} ${y}L${px(g)} ${y - 5}L${px(g + 5)} ${y}L${px(g)} ${y + 5}Z"/>`}
        <text class="note" x="${px(x(100 * Math.max(accuracy.hi, greedy?.value ?? 0)) + 10)}" y="${y + 4}">${percent(accuracy.value)}</text>`
    })}
  </svg>`
}
