/** Validation loss of the SFT run over its steps, the regimes as tints, the checkpoints that branches started from. */
import type { StudyFacts } from '../study-facts.ts'
import { markup, type Markup } from './markup.ts'
import { apart, axes, linear, path, px, ticks, xRange, yRange, type Frame } from './plot.ts'
import { regimeWord } from './words.ts'

const frame: Frame = { width: 860, height: 320, left: 64, right: 24, top: 40, bottom: 52 }

const highestShown = 1.35

export function lossFigure({ losses, regimes, arms }: StudyFacts): Markup {
  const steps = losses.map(({ step }) => step)
  const values = losses.map(({ loss }) => loss)
  const xDomain = [0, Math.max(...steps)] as const
  const low = Math.min(...values)
  // The first steps fall so far that they would flatten all that matters: what lies above is cut, and said.
  const high = Math.min(Math.max(...values), highestShown * low)
  const yDomain = [low - 0.08 * (high - low), high + 0.08 * (high - low)] as const
  const x = linear(xDomain, xRange(frame))
  const scale = linear(yDomain, yRange(frame))
  const y = (loss: number) => scale(Math.min(loss, yDomain[1]))
  const cut = losses.filter(({ loss }) => loss > yDomain[1])
  const [bottom, top] = yRange(frame)
  const marks = arms
    .filter((arm) => arm.role === 'branch' && arm.parentStep !== null)
    .map((arm) => ({ step: arm.parentStep!, loss: lossAt(losses, arm.parentStep!), regime: arm.curve.regime }))
    .sort((a, b) => a.step - b.step)
  const labelX = apart(
    marks.map(({ step }) => x(step)),
    150,
    frame.left + 60,
    frame.width - frame.right - 60,
  )
  return markup`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="Validation loss by SFT step with regimes">
    ${regimes.intervals.map(
      ({
        from,
        to,
        regime,
      }) => markup`<rect class="tint ${regime}" x="${px(x(from))}" y="${top}" width="${px(x(to) - x(from))}" height="${bottom - top}"/>
      ${x(to) - x(from) > 44 && markup`<text class="regime" x="${px((x(from) + x(to)) / 2)}" y="${top + 14}" text-anchor="middle">${regimeWord(regime).split(' ')[0]}</text>`}`,
    )}
    ${axes(
      frame,
      { scale: x, at: ticks(xDomain, 8), words: { title: 'SFT step', format: String } },
      {
        scale: y,
        at: ticks(yDomain, 5),
        words: { title: 'validation loss (nats a token)', format: (value) => value.toFixed(2) },
      },
    )}
    <path class="line trunk" d="${path(losses.map(({ step, loss }) => [x(step), y(loss)]))}"/>
    ${cut.length > 0 && markup`<text class="note" x="${px(x(0) + 8)}" y="${bottom - 10}">cut off: ${cut.map(({ step, loss }) => `${loss.toFixed(2)} at step ${step}`).join(', ')}</text>`}
    ${losses.filter(({ loss }) => loss <= yDomain[1]).map(({ step, loss }) => markup`<circle class="dot trunk" cx="${px(x(step))}" cy="${px(y(loss))}" r="2.5"/>`)}
    ${marks.map(
      ({ step, loss, regime }, i) => markup`<path class="mark" d="M${px(x(step))} ${bottom}V${px(top + 4)}"/>
      <circle class="branch-point" cx="${px(x(step))}" cy="${px(y(loss))}" r="5"/>
      <text class="label" x="${px(labelX[i]!)}" y="${top - 10}" text-anchor="middle">branch at ${step}, ${regimeWord(regime).split(' ')[0]}</text>`,
    )}
  </svg>`
}

function lossAt(losses: StudyFacts['losses'], step: number): number {
  return losses.reduce((best, each) => (Math.abs(each.step - step) < Math.abs(best.step - step) ? each : best)).loss
}
