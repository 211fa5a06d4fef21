/** Where a tokenizer lies, and whether it is still the one that a run was begun with. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { bundledTokenizers } from '#shared/experiment/task-names.ts'
import { Failure } from '#shared/contract/failure.ts'

const bundledFolder = path.join(import.meta.dirname, '..', '..', 'resources', 'tokenizers')
const tokenizerFile = 'tokenizer.json'

/**
 * The folder of a bundled tokenizer (by name), of a tokenizer.json, or the folder itself. Throws `input.invalid` for a path that
 * is neither a name nor whole, `file.missing` where nothing is there.
 */
export function tokenizerFolder(given: string): string {
  if ((bundledTokenizers as readonly string[]).includes(given)) return path.join(bundledFolder, given)
  const remedy = `Name a tokenizer.json or its folder by its whole path, or one of: ${bundledTokenizers.join(', ')}.`
  if (!path.isAbsolute(given))
    throw new Failure({
      code: 'input.invalid',
      message: 'This is no bundled tokenizer, and no whole path.',
      input: `tokenizer "${given}"`,
      remedy,
    })
  const found = statSync(given, { throwIfNoEntry: false })
  const isFile = found?.isFile() ?? false
  const folder = isFile ? path.dirname(given) : given
  if (found && (isFile ? path.basename(given) === tokenizerFile : existsSync(path.join(given, tokenizerFile))))
    return folder
  throw new Failure({
    code: 'file.missing',
    message: found
      ? isFile
        ? 'The file is not called tokenizer.json: the settings beside it are found by that name.'
        : 'The folder has no tokenizer.json.'
      : 'There is no such file or folder.',
    input: given,
    remedy,
  })
}

/** Hash of everything that a tokenizer is read from. */
export function tokenizerHash(folder: string): string {
  const hash = createHash('sha256')
  for (const name of [tokenizerFile, 'tokenizer_config.json', 'generation_config.json', 'chat_template.jinja']) {
    const file = path.join(folder, name)
    hash.update(existsSync(file) ? readFileSync(file) : '').update('\0')
  }
  return hash.digest('hex').slice(0, 32)
}
