import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitMath } from './split-math.ts'

const maths = (text: string) => splitMath(text).maths

describe('maths in a text', () => {
  it.each([
    ['so $x^2 - 7x$ is', [{ kind: 'inline', tex: 'x^2 - 7x' }]],
    ['$$\\frac12$$', [{ kind: 'display', tex: '\\frac12' }]],
    [
      '\\(a_1*b\\) and \\[c\\]',
      [
        { kind: 'inline', tex: 'a_1*b' },
        { kind: 'display', tex: 'c' },
      ],
    ],
    ['the answer is \\boxed{\\frac{1}{2}}.', [{ kind: 'inline', tex: '\\boxed{\\frac{1}{2}}' }]],
    ['48/2 = <<48/2=24>>24', [{ kind: 'annotation', tex: '48/2=24' }]],
    [
      '$a$$b$',
      [
        { kind: 'inline', tex: 'a' },
        { kind: 'inline', tex: 'b' },
      ],
    ],
  ])('%j', (text, found) => expect(maths(text)).toEqual(found))

  it.each([
    'Weng earns $12 an hour and $5 more',
    'it costs $100.',
    'from $3 to $5',
    'a < b << c',
    '`$x$` is code',
    '\\boxed{never closed',
    '$ x $',
  ])('leaves %j alone', (text) => expect(splitMath(text)).toEqual({ text, maths: [] }))

  it('loses nothing of the text around it, and cannot be fooled by placeholders', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('$', '\\', '{', '}', '(', ')', 'a', ' ', '<', '>', '`', '\n', '\uE000', '0', '\uE001'),
        }),
        (text) => {
          const { text: marked, maths: found } = splitMath(text)
          const placed = [...marked.matchAll(/\uE000(\d+)\uE001/g)].map(([, at]) => Number(at))
          expect(placed).toEqual(found.map((_, at) => at))
        },
      ),
    )
  })
  it('takes hostile texts in linear time', () => {
    expect(splitMath('$'.repeat(50_000) + '\\boxed{'.repeat(5_000)).text.length).toBeGreaterThan(0)
  })
})
