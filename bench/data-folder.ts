/** The folder of public data and published curves: SWITCHPOINT_DATA; by default `shared`, beside the repository. */
import { resolve } from 'node:path'

export const dataFolder = (): string =>
  process.env['SWITCHPOINT_DATA'] ?? resolve(import.meta.dirname, '..', '..', 'shared')
