/** Ids as people meet them in commands and addresses: `run_k3v9x2ab`. */
import { randomInt } from 'node:crypto'

export type IdPrefix = 'run' | 'job' | 'ds' | 'sub' | 'up' | 'study'

const letters = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 8

/** A fresh id. 32^8 of them: two in one workspace meet once in 10^6 workspaces of a thousand runs; the store's UNIQUE refuses that one. */
export function newId(prefix: IdPrefix): string {
  let id = `${prefix}_`
  for (let i = 0; i < length; i++) id += letters[randomInt(letters.length)]
  return id
}
