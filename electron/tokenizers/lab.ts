/** The lab task's 55 tokens and its tokenizer: a token is a word between spaces. What the operators do is the task's business. */
import { Failure } from '#shared/contract/failure.ts'
import type { Tokenizer } from './tokenizer.ts'

export type OperatorClass = 'common' | 'rare' | 'novel'

/** The base corpus is full of common operators, thin in rare ones, almost without novel ones: those only the experts know. */
export const operatorClasses: Readonly<Record<OperatorClass, readonly string[]>> = {
  common: ['+3', '-2', '+5', '-4', '+8', '-7', '+11', '-10'],
  rare: ['*2', '*3', '*5', '*7'],
  novel: ['/2', '/3', '/5', '/7', '/11', '/13', '/6', '/9'],
}

/** The numbers 0..30 have the ids 0..30. */
export const labNumbers = 31
export const askToken = '?'
export const equalsToken = '='
export const endToken = '$'
export const padToken = 'pad'

/** Token texts by id: numbers, operators, `? = $ pad`. */
export const labVocabulary: readonly string[] = [
  ...Array.from({ length: labNumbers }, (_, number) => String(number)),
  ...operatorClasses.common,
  ...operatorClasses.rare,
  ...operatorClasses.novel,
  askToken,
  equalsToken,
  endToken,
  padToken,
]

const ids: ReadonlyMap<string, number> = new Map(labVocabulary.map((text, id) => [text, id]))

export const isNumberToken = (token: string): boolean => {
  const id = ids.get(token)
  return id !== undefined && id < labNumbers
}

const classes = new Map(
  (['common', 'rare', 'novel'] as const).flatMap((name) => operatorClasses[name].map((token) => [token, name])),
)
/** Class of an operator token; undefined for any other token. */
export const operatorClass = (token: string): OperatorClass | undefined => classes.get(token)

export const labTokenizer: Tokenizer = {
  vocabSize: labVocabulary.length,
  pad: ids.get(padToken)!,
  stop: ids.get(endToken)!,
  stops: [ids.get(endToken)!],
  forbiddenInSampling: [ids.get(askToken)!, ids.get(padToken)!],
  encode(text) {
    const words = text.split(/\s+/).filter((word) => word !== '')
    return Int32Array.from(words, (word, at) => {
      const id = ids.get(word)
      if (id !== undefined) return id
      throw new Failure({
        code: 'input.invalid',
        message: `"${word}" is no token of the lab task.`,
        input: `word ${at + 1} of "${text.slice(0, 120)}"`,
        remedy: 'Write numbers 0 to 30, operators such as +8 or /5, and ? = $, with spaces between.',
      })
    })
  },
  decode: (tokens) => Array.from(tokens, (id) => labVocabulary[id] ?? `<${id}>`).join(' '),
}
