import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { differentAnswers, hostileTexts } from './adversarial.cases.ts'
import { checkCases, parseCases } from './cases.ts'
import { judge } from './judge.ts'
import { MathsVerifier, timeLeft, verifyMaths } from './verifier.ts'

const verifier = new MathsVerifier()
afterAll(() => verifier.close())

describe('adversarial pairs', () => {
  it('are many', () => expect(differentAnswers.length).toBeGreaterThanOrEqual(130))

  it.each(differentAnswers)('%s is not %s', async (gold, pred) => {
    expect(await verifier.judge({ gold, pred })).toMatchObject({ equal: false })
  })
})

describe('hostile texts', () => {
  it('neither hang nor break it, and never count as right', async () => {
    const impatient = new MathsVerifier({ limitMs: 250 })
    const verdicts = await Promise.all(
      hostileTexts.flatMap((text, i) => [
        impatient.judge({ gold: '$42$', pred: text }),
        ...(i < 4 ? [impatient.judge({ gold: text, pred: '$42$' })] : []),
      ]),
    )
    expect(verdicts.filter(({ equal }) => equal)).toEqual([])
    // The threads that were killed have been replaced.
    await impatient.close()
    expect(await verifier.judge({ gold: '$42$', pred: 'so \\boxed{42}' })).toEqual({
      equal: true,
      answer: '42',
      isReadable: true,
      decided: true,
    })
  })

  it('says when it did not decide', async () => {
    const slow = new MathsVerifier({ threads: 1, limitMs: 1 })
    expect(await slow.judge({ gold: `$\\sum_{k=1}^{10000} \\sin(k^2)$`, pred: '$1$' })).toEqual({
      equal: false,
      answer: null,
      isReadable: false,
      decided: false,
    })
    await slow.close()
  })

  it('settles what is under way when it is closed', async () => {
    const closing = new MathsVerifier({ threads: 1 })
    const pending = [closing.judge({ gold: '$1$', pred: '$1$' }), closing.judge({ gold: '$2$', pred: '$2$' })]
    await closing.close()
    expect(await Promise.all(pending)).toEqual([
      { equal: false, answer: null, isReadable: false, decided: false },
      { equal: false, answer: null, isReadable: false, decided: false },
    ])
  })

  it('never throws on any text', () => {
    const piece = fc.constantFrom(
      '$',
      '\\boxed{',
      '}',
      '{',
      '\\frac',
      '1',
      'x',
      ',',
      '(',
      ']',
      '\\',
      '^',
      '_',
      '=',
      '<',
      ' ',
      'answer',
      '%',
      '.',
      '-',
      '\\text{',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(piece, { maxLength: 30 }), (gold, pred) => {
        expect(judge({ gold: gold.join(''), pred: pred.join('') }).equal).toBeTypeOf('boolean')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what only the symbolic engine decides', () => {
  // Its first limit takes most of a second on a busy machine.
  const patient = new MathsVerifier({ threads: 1, limitMs: 20_000 })
  afterAll(() => patient.close())
  it.each([
    ['$\\lim_{x\\to 0} \\frac{\\sin x}{x}$', '$1$', true],
    ['$\\lim_{n\\to\\infty} \\frac{2n+1}{n}$', '$2$', true],
    ['$\\lim_{n\\to\\infty} \\frac{2n+1}{n}$', '$3$', false],
  ])('%s and %s: %s', async (gold, pred, equal) => {
    expect(await patient.judge({ gold, pred })).toMatchObject({ equal, decided: true })
  })
})

describe('strict', () => {
  it.each([
    ['$x^2+1$', '$y^2+1$'],
    ['$f(x)=2x$', '$2z$'],
    ['$a+2b$', '$x+2y$'],
  ])('%s and %s are the same only where symbols may be renamed', async (gold, pred) => {
    expect(await verifier.judge({ gold, pred })).toMatchObject({ equal: false })
    expect(await verifier.judge({ gold, pred, strict: false })).toMatchObject({ equal: true })
  })
  it('renames one to one', async () => {
    expect(await verifier.judge({ gold: '$a+b$', pred: '$x+x$', strict: false })).toMatchObject({ equal: false })
  })
})

describe('verifyMaths', () => {
  const row = (answer: string) => ({ prompt: '', answer })
  it.each([
    ['\\frac{1}{2}', 'The answer is $0.5$', true, null],
    ['72', '... #### 72', true, null],
    ['work #### 72', 'so \\boxed{72}', true, null],
    ['(1,2]', '$(1, 2]$', true, null],
    ['72', 'so \\boxed{73}', false, '73, expected 72'],
    ['72', 'I do not know', false, 'no answer found'],
  ])('answer %j, response %j', async (answer, response, correct, reason) => {
    expect(await verifyMaths(row(answer), response)).toMatchObject({ correct, reward: correct ? 1 : 0, reason })
  })
  it('says when a second was not enough', async () => {
    const verdict = await verifyMaths(row('1'), '$\\prod_{k=1}^{9999} \\sum_{j=1}^{9999} \\sin(jk)$')
    expect(verdict).toMatchObject({ correct: false, reason: 'not decided within a second' })
  })
})

describe('parity with math-verify', () => {
  const file = path.join(import.meta.dirname, 'parity.vectors.json')
  it('agrees on 99 % of the recorded cases and accepts nothing that it should not', async () => {
    expect(existsSync(file)).toBe(true)
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Parameters<typeof checkCases>[0] }
    const report = await checkCases(cases)
    expect(report.total).toBeGreaterThan(800)
    expect(report.agreement).toBeGreaterThan(0.99)
  })
})

describe('files of cases', () => {
  it('are lists or lines', () => {
    const one = { gold: '1', pred: '2', expected: false }
    expect(parseCases(JSON.stringify([one, { ...one, strict: false }]), 'f')).toHaveLength(2)
    expect(parseCases(`${JSON.stringify(one)}\n\n${JSON.stringify(one)}\n`, 'f')).toHaveLength(2)
  })
  it('may write verdicts as 0 and 1 and carry further fields', () => {
    const text = '[{"gold": "1", "pred": "1", "expected": 1, "id": 7}, {"gold": "1", "pred": "2", "expected": 0}]'
    expect(parseCases(text, 'f').map(({ expected }) => expected)).toEqual([true, false])
  })
  it('stop when they are told to', async () => {
    const abort = new AbortController()
    const cases = Array.from({ length: 50 }, () => ({ gold: '$1$', pred: '$1$', expected: true }))
    const report = await checkCases(cases, { signal: abort.signal, onProgress: (done) => done === 3 && abort.abort() })
    expect(report.disagreements.every(({ decided }) => !decided)).toBe(true)
    expect(report.agree).toBeLessThan(50)
  })
  it.each([
    ['[{"gold": "1"}]', 'f, case 1, "pred"'],
    ['{"gold": "1", "pred": "1", "expected": true}\nnot json', 'f:2'],
    ['[]', 'f'],
  ])('%s is refused, naming the place', (text, input) => {
    try {
      parseCases(text, 'f')
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ input })
    }
  })
  it('report what differs', async () => {
    const report = await checkCases([
      { gold: '$1$', pred: '$1$', expected: true },
      { gold: '$1$', pred: '$2$', expected: true },
    ])
    expect(report).toMatchObject({ total: 2, agree: 1, agreement: 0.5 })
    expect(report.disagreements).toEqual([
      { gold: '$1$', pred: '$2$', expected: true, index: 1, got: false, decided: true },
    ])
  })
})

describe('the time of a case', () => {
  it("is the thread's own: one that got no processor goes on, up to ten times the limit", () => {
    const limitMs = 1000
    expect(timeLeft({ limitMs, workedMs: 1000, passedMs: 1000 })).toBe(0)
    expect(timeLeft({ limitMs, workedMs: 240.5, passedMs: 1000 })).toBe(760)
    expect(timeLeft({ limitMs, workedMs: 240.5, passedMs: 10_000 })).toBe(0)
    expect(timeLeft({ limitMs, workedMs: Number.NaN, passedMs: 1000 })).toBe(0)
  })
})
