import { describe, expect, it } from 'vitest'
import { labTokenizer } from '#tokenizers/lab.ts'
import { taskOf } from './registry.ts'
import { taskIds } from './task.ts'

const model = { tokenizer: labTokenizer, promptText: (prompt: string) => prompt }

describe('taskOf', () => {
  it.each(taskIds)('%s', (id) => expect(taskOf(id, model).id).toBe(id))
  it('gives the lab task its own tokenizer', () => expect(taskOf('lab').tokenizer).toBe(labTokenizer))
  it('says what is missing', () => {
    expect(() => taskOf('gsm8k')).toThrow('needs a model with a tokenizer')
    expect(() => taskOf('chess', model)).toThrow('There is no task "chess"')
  })
})
