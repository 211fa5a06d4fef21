import { describe, expect, it } from 'vitest'
import { searchPalette, type PaletteEntry } from './palette-search.ts'

const entry = (title: string, more: Partial<PaletteEntry> = {}): PaletteEntry => ({
  id: title,
  group: 'Runs',
  title,
  ...more,
})
const titles = (entries: readonly PaletteEntry[], query: string) =>
  searchPalette(entries, query).map(({ title }) => title)

describe('what the palette finds', () => {
  const entries = [
    entry('Datasets', { group: 'Views', hint: 'imported files' }),
    entry('hard-1k sft', { hint: 'SFT · hard-1k · done' }),
    entry('grpo@150', { hint: 'SFT → GRPO · hard-1k' }),
    entry('Run the quick study', { group: 'Commands', also: 'demo example minutes' }),
    entry('Settings', { group: 'Views' }),
  ]
  it('shows all of it, in order, to an empty query', () =>
    expect(titles(entries, ' ')).toEqual(entries.map(({ title }) => title)))
  it('wants every word, in the title or beside it', () => {
    expect(titles(entries, 'hard sft')).toEqual(['hard-1k sft', 'grpo@150'])
    expect(titles(entries, 'hard nothing')).toEqual([])
  })
  it('puts a start of the title before a middle and a middle before other words', () => {
    const found = titles([entry('resettle'), entry('x', { also: 'set' }), entry('a set'), entry('set up')], 'set')
    expect(found).toEqual(['set up', 'a set', 'resettle', 'x'])
  })
  it('finds by words that are not shown, and by initials', () => {
    expect(titles(entries, 'demo')).toEqual(['Run the quick study'])
    expect(titles(entries, 'dts')).toEqual(['Datasets'])
  })
  it('puts what cannot be done just now last', () => {
    expect(titles([entry('Pause run', { disabled: true }), entry('Pause all')], 'pause')).toEqual([
      'Pause all',
      'Pause run',
    ])
  })
})
