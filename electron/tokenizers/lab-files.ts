/** The lab's tokenizer as Hugging Face's files, for models that leave the lab. */
import { endToken, labVocabulary, padToken } from './lab.ts'

/** File texts by name. Words between spaces, as `labTokenizer`; a word that is no token is an error there and `pad` here. */
export function labTokenizerFiles(): Readonly<Record<string, string>> {
  const special = [endToken, padToken].map((content) => ({
    ...{ id: labVocabulary.indexOf(content), content },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  }))
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(labVocabulary.map((text, id) => [text, id])),
      unk_token: padToken,
    },
  }
  const configuration = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...{ eos_token: endToken, pad_token: padToken, clean_up_tokenization_spaces: false },
  }
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  return { 'tokenizer.json': text(tokenizer), 'tokenizer_config.json': text(configuration) }
}
