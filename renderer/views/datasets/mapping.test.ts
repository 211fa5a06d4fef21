import { describe, expect, it } from 'vitest'
import { completeMapping, mappingLimits, mappingProblem, nameFor, scoreColumns, type DraftMapping } from './mapping.ts'

const columns = [
  { name: 'question', type: 'VARCHAR', example: 'Natalia sold' },
  { name: 'answer', type: 'VARCHAR', example: '72' },
  { name: 'pass_rate', type: 'DOUBLE', example: '0.25' },
]
const draft: DraftMapping = {
  ...{ prompt: 'question', trajectory: 'answer', answer: '', source: '' },
  ...{ scores: ['pass_rate'], benchmark: '' },
}

describe('the mapping form', () => {
  it('lets a whole mapping pass, and prompts alone', () => {
    expect(mappingProblem(draft, { columns })).toBeNull()
    expect(mappingProblem({ ...draft, trajectory: '' }, { columns })).toBeNull()
    expect(completeMapping({ ...draft, trajectory: '' })).toEqual({ prompt: 'question', scores: ['pass_rate'] })
  })
  it('asks for no columns where a benchmark says how its rows are read', () =>
    expect(mappingProblem({ ...draft, prompt: '', benchmark: 'aime24' }, { columns })).toBeNull())
  it('says what is missing', () => {
    expect(mappingProblem({ ...draft, prompt: '' }, { columns })).toMatch(/prompt/)
    expect(mappingProblem({ ...draft, trajectory: 'question' }, { columns })).toMatch(/same column/)
    expect(mappingProblem({ ...draft, answer: 'gone' }, { columns })).toMatch(/“gone”/)
  })
  it('says what rows without trajectories are not good for', () => {
    expect(mappingLimits(draft)).toBeNull()
    expect(mappingLimits({ trajectory: '', answer: 'answer' })).toMatch(/enough for RL.*SFT.*need trajectories/)
    expect(mappingLimits({ trajectory: '', answer: '' })).toMatch(/RL needs a final answer/)
  })
  it('offers numbers as difficulties', () => expect(scoreColumns({ columns })).toEqual(['answer', 'pass_rate']))
  it('names a dataset after its file', () => {
    expect(['gsm8k-train.jsonl.gz', 'a.b.parquet', '.jsonl', 'plain'].map(nameFor)).toEqual([
      'gsm8k-train',
      'a.b',
      'dataset',
      'plain',
    ])
  })
})
