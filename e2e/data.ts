/** Files for the imports, made here: GSM8K's own format with some lines broken on purpose, and one that needs mapping by hand. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Broken {
  readonly line: number
  /** What the import must say about it. */
  readonly why: RegExp
}

export interface DataFile {
  readonly path: string
  readonly rows: number
  readonly broken: readonly Broken[]
}

/** A word problem of `steps` additions, worked as GSM8K's are: a calculation in << >> a step, the answer after ####. */
export function gsmRow(number: number, steps: number): { question: string; answer: string } {
  const addends = Array.from({ length: steps }, (_, step) => 1 + ((number * 7 + step * 3) % 9))
  let total = number
  const lines = addends.map((addend) => {
    const before = total
    total += addend
    return `${before} + ${addend} = <<${before}+${addend}=${total}>>${total} apples.`
  })
  return {
    question: `Basket ${number} holds ${number} apples. ${addends.map((addend) => `Ann adds ${addend}.`).join(' ')} How many are there?`,
    answer: `${lines.join('\n')}\n#### ${total}`,
  }
}

export const fewestSteps = 2
export const mostSteps = 8
const kinds = mostSteps - fewestSteps + 1
export const rowsPerKind = 30

/** 210 good rows, 30 of each number of steps from 2 to 8; five broken lines, a blank one, and a last line that is torn. */
export async function gsmFile(folder: string): Promise<DataFile> {
  const rows = kinds * rowsPerKind
  const lines = Array.from({ length: rows }, (_, at) => JSON.stringify(gsmRow(at + 1, fewestSteps + (at % kinds))))
  const wrong: [line: number, text: string, why: RegExp][] = [
    [7, '{"question": "Half a li', /not JSON/],
    [31, '["a list", "not an object"]', /not a JSON object/],
    [55, JSON.stringify({ question: 'No way to the answer.' }), /field "answer" is missing/],
    [80, JSON.stringify({ question: '   ', answer: '#### 4' }), /field "question" is empty/],
    [101, JSON.stringify({ question: 12, answer: '#### 4' }), /field "question" is a number/],
  ]
  for (const [line, text] of wrong) lines.splice(line - 1, 0, text)
  lines.splice(119, 0, '')
  const last = '{"question": "The file ends in the mid'
  const path = join(folder, 'gsm-train.jsonl')
  await writeFile(path, `${lines.join('\n')}\n${last}`)
  return {
    path,
    rows,
    broken: [...wrong.map(([line, , why]) => ({ line, why })), { line: lines.length + 1, why: /torn/ }],
  }
}

/** 40 rows under names that nobody can guess, with a pass rate that may serve as difficulty. */
export async function foreignFile(folder: string): Promise<DataFile> {
  const rows = 40
  const lines = Array.from({ length: rows }, (_, at) => {
    const { question, answer } = gsmRow(at + 1, 3)
    return JSON.stringify({
      zadanie: question,
      droga: answer,
      wynik: answer.split('#### ')[1],
      skad: at % 2 ? 'left' : 'right',
      udane: (at % 10) / 10,
    })
  })
  const path = join(folder, 'foreign.jsonl')
  await writeFile(path, `${lines.join('\n')}\n`)
  return { path, rows, broken: [] }
}

/** Prompts of the first ten rows of `gsmFile` with their answers alone: enough for RL, or for a benchmark. */
export async function answersFile(folder: string): Promise<DataFile> {
  const rows = 10
  const lines = Array.from({ length: rows }, (_, at) => {
    const { question, answer } = gsmRow(at + 1, fewestSteps + (at % kinds))
    return JSON.stringify({ prompt: question, answer: answer.split('#### ')[1] })
  })
  const path = join(folder, 'answers.jsonl')
  await writeFile(path, `${lines.join('\n')}\n`)
  return { path, rows, broken: [] }
}
