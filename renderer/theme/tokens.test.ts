import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { regimes } from '#shared/analysis/types.ts'
import { mix, seriesStyle, translucent } from './paradigm-style.ts'
import { regimeStyle } from './regime-style.ts'
import { dark, light, type Tokens } from './tokens.ts'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const names = Object.keys(dark) as (keyof Tokens)[]

/** WCAG 2: relative luminance and contrast. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

describe.each([
  ['dark', dark],
  ['light', light],
])('the %s theme', (_name, tokens) => {
  it.each([
    'text',
    'second',
    'third',
    'accent',
    'sequential-text',
    'synchronized-text',
    'rl-text',
    'sft-text',
    'good',
    'warning',
    'bad',
  ] as const)('reads %s on every ground', (ink) => {
    for (const ground of ['ground', 'surface', 'raised', 'accent-soft'] as const)
      expect(contrast(tokens[ink], tokens[ground]), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })
  it('reads what stands on fills and tints', () => {
    const pairs: readonly (readonly [keyof Tokens, keyof Tokens])[] = [
      ['on-accent', 'accent'],
      ['good', 'good-soft'],
      ['bad', 'bad-soft'],
      ['good', 'regime-stable'],
      ['warning', 'regime-mild'],
      ['bad', 'regime-severe'],
    ]
    for (const [ink, ground] of pairs)
      expect(contrast(tokens[ink], tokens[ground]), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })
  it('tells paradigms apart by dash and marker too, not by colour alone', () => {
    const styles = [
      seriesStyle('sequential', 'grpo', tokens),
      seriesStyle('rl', 'grpo', tokens),
      seriesStyle('sft', 'sft', tokens),
      seriesStyle('synchronized', 'luffy', tokens),
      seriesStyle('synchronized', 'srft', tokens),
      seriesStyle('synchronized', 'upt', tokens),
      seriesStyle('synchronized', 'prefix-rft', tokens),
    ]
    expect(new Set(styles.map(({ dash, marker }) => `${JSON.stringify(dash)} ${marker}`)).size).toBe(styles.length)
    expect(new Set(styles.map(({ colour }) => colour)).size).toBe(styles.length)
  })
  it('names every regime and tints all but Adaptive', () => {
    for (const regime of regimes) {
      const { title, tint } = regimeStyle(regime, tokens)
      expect(title).not.toBe('')
      expect(tint === null).toBe(regime === 'adaptive')
    }
  })
})

it('has the same colours in the style sheet', () => {
  const inSheet = Object.fromEntries(
    [...css.matchAll(/--color-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, a, b]) => [name, [a, b]]),
  )
  expect(inSheet).toEqual(Object.fromEntries(names.map((name) => [name, [light[name], dark[name]]])))
})

it('mixes and thins colours', () => {
  expect([mix('#ff0000', '#000000', 0.5), mix('#102030', '#ffffff', 1), translucent('#102030', 0.5)]).toEqual([
    '#800000',
    '#102030',
    '#10203080',
  ])
})
