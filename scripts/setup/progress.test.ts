import { describe, expect, it } from 'vitest'
import { amount, createReporter, elapsed } from './progress.mjs'

function reporterOn(options: { isTTY?: boolean; json?: boolean }) {
  let written = ''
  let time = 0
  const stream = { write: (text: string) => void (written += text), isTTY: options.isTTY ?? false, columns: 60 }
  const reporter = createReporter({ stream, json: options.json ?? false, now: () => time })
  return { reporter, wait: (ms: number) => void (time += ms), read: () => written }
}

describe('in a log', () => {
  it('says start and end, and between them at most one line in ten seconds', () => {
    const { reporter, wait, read } = reporterOn({})
    const step = reporter.step('Node 24')
    for (let second = 1; second <= 25; second++) {
      wait(1000)
      step.bytes(second * 1e6, 50e6)
    }
    step.end()
    expect(read()).toBe(
      [
        'set-up: Node 24 ...',
        'set-up: Node 24: 20 %  10 MB of 50 MB, 10 s',
        'set-up: Node 24: 40 %  20 MB of 50 MB, 20 s',
        'set-up: Node 24: done, 25 s',
        '',
      ].join('\n'),
    )
  })
})

describe('on a terminal', () => {
  it('renews one line, never longer than the terminal is wide, and leaves one closing line', () => {
    const { reporter, wait, read } = reporterOn({ isTTY: true })
    const step = reporter.step('Node 24')
    wait(300)
    step.note('x'.repeat(200))
    step.fail()
    const lines = read().split('\r\x1b[K')
    expect(lines.every((line) => line.length < 60)).toBe(true)
    expect(lines.at(-1)).toBe('set-up: Node 24: failed, 0.3 s\n')
  })
})

describe('for a program', () => {
  it('is a JSON object a line', () => {
    const { reporter, wait, read } = reporterOn({ json: true })
    const step = reporter.step('Node 24')
    wait(300)
    step.bytes(1, 2)
    step.end()
    const facts = read()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).setup)
    expect(facts.map(({ state }) => state)).toEqual(['start', 'progress', 'done'])
    expect(facts[1]).toMatchObject({ step: 'Node 24', done: 1, total: 2, elapsedMs: 300 })
  })
})

it('never claims more than all', () => {
  expect(amount(60e6, 50e6)).toBe('100 %  50 MB of 50 MB')
  expect(amount(1.25e6)).toBe('1.3 MB')
})

it('says times as people do', () => {
  expect([900, 12_400, 125_000].map(elapsed)).toEqual(['0.9 s', '12 s', '2 min 5 s'])
})
