import { describe, expect, it } from 'vitest'
import { labTokenizer, labVocabulary, operatorClass } from './lab.ts'

describe('labTokenizer', () => {
  it('has 55 tokens, numbers at their own ids', () => {
    expect(labTokenizer.vocabSize).toBe(55)
    expect(new Set(labVocabulary).size).toBe(55)
    expect([...labTokenizer.encode('0 30')]).toEqual([0, 30])
    expect(labVocabulary.filter((token) => operatorClass(token) !== undefined)).toHaveLength(20)
  })

  it('round-trips every token and forgives extra spaces', () => {
    const text = labVocabulary.join(' ')
    expect(labTokenizer.decode(labTokenizer.encode(text))).toBe(text)
    expect([...labTokenizer.encode('  7   *3\n? ')]).toEqual([...labTokenizer.encode('7 *3 ?')])
    expect(labTokenizer.encode('')).toHaveLength(0)
  })

  it('stops at $, pads with pad, forbids ? and pad', () => {
    expect(labTokenizer.decode([labTokenizer.stop, labTokenizer.pad])).toBe('$ pad')
    expect(labTokenizer.decode(labTokenizer.forbiddenInSampling)).toBe('? pad')
  })

  it('names an unknown word and its place', () => {
    expect(() => labTokenizer.encode('7 *4 ?')).toThrow('"*4" is no token')
    try {
      labTokenizer.encode('7 *4 ?')
    } catch (error) {
      expect(error).toMatchObject({ code: 'input.invalid', input: 'word 2 of "7 *4 ?"' })
    }
  })
})
