import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldName, lineOfPath, lineOfSyntaxError } from './json-place.ts'

describe('the line of a syntax error', () => {
  it.each([
    ['{"curves": [\n{"id": }]}', 2],
    ['{"a": 1,\n "b": [1, 2,]\n}', 2],
    ['{"a": 1}\n\nrest', 3],
    ['[1,\n2,\n"open\n]', 3],
    ['{"a": "\\x"\n}', 1],
    ['{\n"a": tru\n}', 2],
    ['{"a":\n', 1],
  ])('%j: line %i', (text, line) => expect(lineOfSyntaxError(text)).toBe(line))

  it('is where a wrong character was put into a right text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(), (value, at) => {
        const lines = JSON.stringify([value, [value]], null, 1).split('\n')
        const line = at % lines.length
        const spoiled = lines.map((text, i) => (i === line ? `§${text}` : text)).join('\n')
        expect(lineOfSyntaxError(spoiled)).toBe(line + 1)
      }),
    )
  })
})

it('finds the line of a field, and names it', () => {
  const text = '{"curves": [\n {"id": "a"},\n {"id": "b",\n  "points": []}]}'
  expect(lineOfPath(text, ['curves', 1, 'points'])).toBe(4)
  expect(lineOfPath(text, ['curves', 1, 'nothing'])).toBe(3)
  expect(fieldName(['curves', 1, 'points'])).toBe('curves[1].points')
})
