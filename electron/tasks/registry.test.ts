import { describe, expect, it } from 'vitest'
import { labTokenizer } from '#tokenizers/lab.ts'
import { taskOf } from './registry.ts'
import { taskIds } from './task.ts'

describe('taskOf', () => {
  it.each(taskIds)('%s', (id) => expect(taskOf(id, labTokenizer).id).toBe(id))
  it('gives the lab task its own tokenizer', () => expect(taskOf('lab').tokenizer).toBe(labTokenizer))
  it('says what is missing', () => {
    expect(() => taskOf('gsm8k')).toThrow('needs a model with a tokenizer')
    expect(() => taskOf('chess', labTokenizer)).toThrow('There is no task "chess"')
  })
})
