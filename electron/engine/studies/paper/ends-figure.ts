/** Every kind of arm at the common compute: a dot a seed, a bar for their mean, the highest on top. */
import { mean } from '#shared/analysis/order-statistics.ts'
import type { PaperResult } from '#shared/contract/paper-study.ts'
import { markup, type Markup } from '../report/markup.ts'
import { linear, px, ticks } from '../report/plot.ts'
import { armPaint, armTitle } from './words.ts'

const rowHeight = 26
const frame = { width: 860, left: 230, right: 64, top: 8, bottom: 52 } as const

export function endsFigure({ runs }: Pick<PaperResult, 'runs'>): Markup {
  const arms = runs.filter(({ role }) => role !== 'base' && role !== 'sft')
  const rows = [...Map.groupBy(arms, armTitle)]
    .map(([title, group]) => {
      const ends = group.map(({ end }) => end.value)
      return { title, paint: armPaint(group[0]!), ends, mean: mean(ends) }
    })
    .sort((a, b) => b.mean - a.mean)
  const height = frame.top + rows.length * rowHeight + frame.bottom
  const highest = Math.max(10, ...rows.flatMap(({ ends }) => ends))
  const domain = [0, Math.min(100, 10 * Math.ceil(highest / 10 + 0.2))] as const
  const x = linear(domain, [frame.left, frame.width - frame.right])
  const bottom = height - frame.bottom
  return markup`<svg viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="Accuracy of every arm at the common compute, a dot a seed">
    <g class="axes">
      ${ticks(domain, 8).map(
        (at) => markup`<line class="grid" x1="${px(x(at))}" x2="${px(x(at))}" y1="${frame.top}" y2="${bottom}"/>
        <text x="${px(x(at))}" y="${bottom + 18}" text-anchor="middle">${at}</text>`,
      )}
      <text class="title" x="${(frame.left + frame.width - frame.right) / 2}" y="${bottom + 38}" text-anchor="middle">accuracy at the common compute (%)</text>
    </g>
    ${rows.map(({ title, paint, ends, mean: middle }, i) => {
      const y = frame.top + i * rowHeight + rowHeight / 2
      return markup`<text class="label" x="${frame.left - 10}" y="${y + 4}" text-anchor="end">${title}</text>
        <path class="whisker strong ${paint}" d="M${px(x(middle))} ${y - 8}v16"/>
        ${ends.map((end) => markup`<circle class="dot ${paint}" cx="${px(x(end))}" cy="${y}" r="4" opacity="0.75"/>`)}
        <text class="note" x="${px(x(Math.max(...ends)) + 10)}" y="${y + 4}">${middle.toFixed(1)}</text>`
    })}
  </svg>`
}
