import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labVocabulary } from '#tokenizers/lab.ts'
import { verifyLab } from './verifier.ts'

const row = { prompt: '7 +11 /5 ?', answer: '16' }

describe('verifyLab', () => {
  it.each([
    ['7 +11 = 18 /5 = 16 $', true, '16', null],
    ['16 $', true, '16', null],
    ['*3 = = 16 $', true, '16', null], // only the last number is seen
    ['7 +11 = 18 /5 = 17 $', false, '17', '17, expected 16'],
    ['7 +11 = 18 /5 = 16', false, null, 'no end'],
    ['7 +11 = 18 /5 = $', false, null, 'no number before the end'],
    ['$', false, null, 'no number before the end'],
    ['5 $ 16 $', false, '5', '5, expected 16'], // what follows the end does not count
    ['', false, null, 'no end'],
    ['31 $', false, null, 'no number before the end'], // no token of the vocabulary
    ['016 $', false, null, 'no number before the end'],
  ])('%s', (response, correct, answer, reason) => {
    expect(verifyLab(row, response)).toEqual({ correct, reward: correct ? 1 : 0, answer, reason })
  })

  it('never throws, and accepts only what ends in the right number', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...labVocabulary), fc.string())), (tokens) => {
        const response = tokens.join(' ')
        const verdict = verifyLab(row, response)
        if (verdict.correct) expect(response).toMatch(/(^|\s)16\s+\$/)
      }),
    )
  })
})
