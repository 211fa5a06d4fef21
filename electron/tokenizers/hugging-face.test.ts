/** Ids, texts and chats as Hugging Face's own libraries make them (`npm run parity -- tokenizers`), and what a broken folder says. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { chatTemplate, type ChatMessage } from './chat-template.ts'
import { loadHuggingFaceTokenizer } from './hugging-face.ts'

interface Recorded {
  readonly tokenizers: readonly {
    readonly folder: string
    readonly vocab_size: number
    readonly strings: readonly { readonly text: string; readonly ids: readonly number[]; readonly decoded: string }[]
    readonly texts: number
    readonly tokens: number
    readonly sha256: string
  }[]
  readonly templates: Readonly<Record<string, string>>
  readonly conversations: Readonly<Record<string, readonly ChatMessage[]>>
  readonly chats: readonly {
    readonly template: string
    readonly conversation: string
    readonly prompt: boolean
    readonly variables: Readonly<Record<string, unknown>>
    readonly text: string | null
  }[]
}
const root = path.resolve(import.meta.dirname, '../..')
const recorded = JSON.parse(readFileSync(path.join(import.meta.dirname, 'parity.vectors.json'), 'utf8')) as Recorded
const data = process.env['SWITCHPOINT_DATA'] ?? path.join(root, '../shared')
const hasData = existsSync(data)
if (!hasData)
  process.stderr.write(`SKIPPED: token ids of GSM8K's texts (no data folder at ${data}; set SWITCHPOINT_DATA)\n`)

describe.each(recorded.tokenizers)('$folder', ({ folder, vocab_size, strings, texts, tokens, sha256 }) => {
  const tokenizer = loadHuggingFaceTokenizer(path.join(root, folder))

  it('has every id below its size', () => expect(tokenizer.vocabSize).toBe(vocab_size))

  it.each(strings.map(({ text, ids, decoded }) => [text.slice(0, 40), { text, ids, decoded }] as const))(
    '%j',
    (_, { text, ids, decoded }) => {
      expect([...tokenizer.encode(text)]).toEqual(ids)
      // The library's byte fallback drops a byte order mark at the very start, as JavaScript's text decoder does.
      const isDropped = folder.endsWith('llama-like') && text.startsWith('\ufeff')
      expect(tokenizer.decode(ids)).toBe(isDropped ? decoded.slice(1) : decoded)
    },
  )

  it.skipIf(!hasData)('has the ids of 2,000 GSM8K texts, to the last one', () => {
    const rows = readFileSync(path.join(data, 'data/gsm8k/train.jsonl'), 'utf8').split('\n').slice(0, texts)
    const hash = createHash('sha256')
    let count = 0
    for (const row of rows) {
      const { question, answer } = JSON.parse(row) as { question: string; answer: string }
      const ids = tokenizer.encode(`${question}\n${answer}`)
      hash.update(Uint32Array.of(ids.length)).update(ids)
      count += ids.length
    }
    expect(count).toBe(tokens)
    expect(hash.digest('hex')).toBe(sha256)
  })
})

describe('the tokenizers that ship', () => {
  it.each([
    ['gsm8k-512', 512],
    ['gsm8k-2048', 2048],
  ])('%s ends a response, pads with another token and never samples that', (name, size) => {
    const { vocabSize, stop, stops, pad, forbiddenInSampling, decode, decodeWithSpecial, chat, encode } =
      loadHuggingFaceTokenizer(path.join(root, 'resources/tokenizers', name))
    expect(vocabSize).toBe(size)
    expect(decodeWithSpecial([stop, pad])).toBe('<|im_end|><|endoftext|>')
    expect(decode([...encode('#### 72'), stop])).toBe('#### 72') // what a verifier sees
    expect(stops).toEqual([stop])
    expect(forbiddenInSampling).toEqual([pad])
    expect(chat!.render([{ role: 'user', content: 'hi' }], { addGenerationPrompt: true })).toBe(
      '<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n',
    )
  })
})

describe('chat templates', () => {
  it.each(
    recorded.chats.map(
      (chat) =>
        [
          `${chat.template}, ${chat.conversation}, ${chat.prompt ? 'prompt' : 'whole'}, ${JSON.stringify(chat.variables)}`,
          chat,
        ] as const,
    ),
  )('%s', (_, { template, conversation, prompt, variables, text }) => {
    const chat = chatTemplate(recorded.templates[template]!, { bosToken: '<s>', eosToken: '</s>' })
    const render = () => chat.render(recorded.conversations[conversation]!, { addGenerationPrompt: prompt, variables })
    if (text === null) expect(render).toThrow(/refuses this conversation/)
    else expect(render()).toBe(text)
  })

  it('that are no Jinja are refused', () => {
    expect(() => chatTemplate('{% for x %}', { bosToken: '', eosToken: '' })).toThrow(/cannot be read/)
  })
})

describe('a model folder', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'switchpoint-tokenizer-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string) => path.join(folder, name)
  const refusal = () => {
    try {
      loadHuggingFaceTokenizer(folder)
    } catch (error) {
      return error
    }
    return undefined
  }
  const fresh = () => cpSync(path.join(root, 'resources/tokenizers/gsm8k-512'), folder, { recursive: true })

  it('without a tokenizer is named', () =>
    expect(refusal()).toMatchObject({ code: 'file.missing', input: file('tokenizer.json') }))

  it('with a torn or foreign file is named', () => {
    fresh()
    writeFileSync(file('tokenizer.json'), readFileSync(file('tokenizer.json'), 'utf8').slice(0, 5000))
    expect(refusal()).toMatchObject({ code: 'file.unreadable', input: file('tokenizer.json') })
    writeFileSync(file('tokenizer.json'), '{"not": "a tokenizer"}')
    expect(refusal()).toMatchObject({ code: 'file.unreadable', input: file('tokenizer.json') })
    fresh()
    writeFileSync(file('tokenizer_config.json'), '{"eos_token": 7}')
    expect(refusal()).toMatchObject({ code: 'file.unreadable', input: file('tokenizer_config.json') })
  })

  it('whose responses could not end is refused', () => {
    fresh()
    writeFileSync(file('tokenizer_config.json'), '{}')
    expect(refusal()).toMatchObject({ code: 'input.invalid', message: expect.stringContaining('ends a response') })
  })

  it('may name several ends, its template in a file, and is read again when it changes', () => {
    fresh()
    const before = loadHuggingFaceTokenizer(folder)
    expect(loadHuggingFaceTokenizer(folder)).toBe(before)
    writeFileSync(file('generation_config.json'), '{"eos_token_id": [2, 0]}')
    writeFileSync(file('chat_template.jinja'), '{{ messages[0].content }}!')
    utimesSync(file('tokenizer.json'), new Date(), new Date(Date.now() + 5000))
    const after = loadHuggingFaceTokenizer(folder)
    expect(after).not.toBe(before)
    expect(after.stops).toEqual([2, 0])
    expect(after.forbiddenInSampling).toEqual([]) // padding is an end here
    expect(after.chat!.render([{ role: 'user', content: 'hi' }])).toBe('hi!')
  })

  it('works without a configuration when generation_config names the end', () => {
    rmSync(file('tokenizer_config.json'))
    rmSync(file('chat_template.jinja'))
    utimesSync(file('tokenizer.json'), new Date(), new Date(Date.now() + 10_000))
    const tokenizer = loadHuggingFaceTokenizer(folder)
    expect([tokenizer.stop, tokenizer.pad, tokenizer.chat]).toEqual([2, 2, null])
  })
})
