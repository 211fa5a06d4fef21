/**
 * One scratch folder for all of a run of the tests, outside the repository: every spec's workspace and home lie in it. Taken
 * away at the end, unless E2E_KEEP is set.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const variable = 'E2E_SCRATCH'

/** The folder of this run; a socket's path in it must stay short. */
export function scratchFolder(): string {
  const folder = process.env[variable]
  if (!folder) throw new Error(`${variable} is not set: start the tests with e2e/playwright.config.ts`)
  return folder
}

export default async function makeScratch(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sp-e2e-'))
  process.env[variable] = folder
  return async () => {
    if (process.env['E2E_KEEP']) return console.log(`kept: ${folder}`)
    await rm(folder, { recursive: true, force: true })
  }
}
