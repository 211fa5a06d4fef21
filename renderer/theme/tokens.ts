/**
 * Every colour of the window, once: style sheets read them as variables (tokens.css, kept equal by a test), charts as values
 * (a canvas knows no variables). Contrast of text on its ground is at least 4.5:1 in both themes (tested).
 */
export interface Tokens {
  readonly ground: string
  readonly surface: string
  readonly raised: string
  readonly hairline: string
  readonly text: string
  readonly second: string
  readonly third: string
  readonly accent: string
  /** What stands on a filled accent. */
  readonly 'on-accent': string
  /** A selected row, the brushed range. */
  readonly 'accent-soft': string
  /** Bars that are not kept, the recessed half of anything. */
  readonly recessed: string
  readonly sequential: string
  /** The SFT part of a sequential pipeline recedes. */
  readonly 'sequential-sft': string
  readonly synchronized: string
  readonly rl: string
  readonly sft: string
  /** Pretraining belongs to no paradigm. */
  readonly pretrain: string
  /** The paradigms as text. */
  readonly 'sequential-text': string
  readonly 'synchronized-text': string
  readonly 'rl-text': string
  readonly 'sft-text': string
  readonly good: string
  readonly 'good-soft': string
  readonly warning: string
  readonly bad: string
  readonly 'bad-soft': string
  /** Regime tints lie under charts. Adaptive has none. */
  readonly 'regime-stable': string
  readonly 'regime-mild': string
  readonly 'regime-severe': string
}

export const dark: Tokens = {
  ground: '#0e1014',
  surface: '#14171d',
  raised: '#1b1f27',
  hairline: '#262b35',
  text: '#e7e9ee',
  second: '#a3acbb',
  third: '#8a94a3',
  accent: '#9d8cff',
  'on-accent': '#14102e',
  'accent-soft': '#25253a',
  recessed: '#333a46',
  sequential: '#5aa9f7',
  'sequential-sft': '#2f6fb5',
  synchronized: '#f0a03c',
  rl: '#37b98b',
  sft: '#8d96a5',
  pretrain: '#6b7280',
  'sequential-text': '#5aa9f7',
  'synchronized-text': '#f0a03c',
  'rl-text': '#37b98b',
  'sft-text': '#8d96a5',
  good: '#4ec9a0',
  'good-soft': '#16302a',
  warning: '#e6a94d',
  bad: '#f0766e',
  'bad-soft': '#3b2027',
  'regime-stable': '#1a2f2d',
  'regime-mild': '#382e20',
  'regime-severe': '#3a2027',
}

export const light: Tokens = {
  ground: '#f6f7f9',
  surface: '#ffffff',
  raised: '#f1f3f6',
  hairline: '#e2e5ea',
  text: '#171a20',
  second: '#535c6b',
  third: '#656e7c',
  accent: '#6250e0',
  'on-accent': '#ffffff',
  'accent-soft': '#f2f0fe',
  recessed: '#cdd2da',
  sequential: '#1f77d0',
  'sequential-sft': '#9cc4ee',
  synchronized: '#c9740a',
  rl: '#0f8a62',
  sft: '#7a8290',
  pretrain: '#9aa2af',
  'sequential-text': '#1a68b8',
  'synchronized-text': '#9a5a08',
  'rl-text': '#0b7553',
  'sft-text': '#5f6773',
  good: '#0b7553',
  'good-soft': '#e7f4ef',
  warning: '#8f5a00',
  bad: '#b3261e',
  'bad-soft': '#fbeae9',
  'regime-stable': '#e4f3ec',
  'regime-mild': '#fbf0dc',
  'regime-severe': '#fbe6e4',
}

export type ThemeName = 'dark' | 'light'
export const tokensOf = (theme: ThemeName): Tokens => (theme === 'dark' ? dark : light)
