/** Columns that every table of runs has, said once; a table picks from them and adds its own. */
import type { RunSummary } from '#shared/contract/runs.ts'
import { flops } from '../format/numbers.ts'
import { familyTitle, stateWord } from '../format/words.ts'
import type { Column } from './table-column.ts'

const wide = 'minmax(90px, 1fr)'

export const runColumns = {
  name: { id: 'name', title: 'run', width: 'minmax(140px, 2fr)', text: ({ name }) => name, sortBy: ({ name }) => name },
  family: { id: 'family', title: 'family', width: wide, text: familyTitle, sortBy: familyTitle },
  data: {
    id: 'data',
    title: 'data',
    width: 'minmax(160px, 1.2fr)',
    text: ({ data }) => data,
    sortBy: ({ data }) => data,
  },
  seed: {
    id: 'seed',
    title: 'seed',
    width: '52px',
    align: 'right',
    mono: true,
    text: ({ seed }) => String(seed),
    sortBy: ({ seed }) => seed,
  },
  accuracy: {
    id: 'accuracy',
    title: 'accuracy',
    width: '80px',
    align: 'right',
    mono: true,
    about: 'newest evaluation, avg@k on the test prompts, percent',
    text: ({ last }) => (last['eval/accuracy'] === undefined ? '–' : (last['eval/accuracy'] * 100).toFixed(1)),
    sortBy: ({ last }) => last['eval/accuracy'] ?? null,
  },
  totalFlops: {
    id: 'flops',
    title: 'total FLOPs',
    width: '96px',
    align: 'right',
    mono: true,
    text: ({ totalFlops }) => flops(totalFlops),
    sortBy: ({ totalFlops }) => totalFlops,
  },
  state: {
    id: 'state',
    title: 'state',
    width: '104px',
    text: ({ state }) => stateWord[state],
    sortBy: ({ state }) => state,
  },
} satisfies Readonly<Record<string, Column<RunSummary>>>
