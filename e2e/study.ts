/**
 * The quick study, run once by the real command line and kept for every spec that needs its runs. E2E_STUDY_WORKSPACE names
 * a finished one and skips it: for work on the specs.
 */
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StudyResult } from '#shared/contract/studies.ts'
import { command, endEngine } from './program.ts'
import { scratchFolder } from './scratch.ts'

/** Six minutes on two free cores; more where others work on them too. */
export const studyPatienceMs = 20 * 60_000
const place = () => {
  const folder = join(scratchFolder(), 'study')
  return {
    folder,
    workspace: join(folder, 'math-lab'),
    home: join(folder, 'home'),
    result: join(folder, 'result.json'),
  }
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** What the command printed. A worker that was started anew after a failed test finds it on the disk. */
export async function studyResult(): Promise<StudyResult> {
  const given = process.env['E2E_STUDY_WORKSPACE']
  if (given) return JSON.parse(await readFile(join(given, 'e2e-result.json'), 'utf8')) as StudyResult
  const { home, result, workspace } = place()
  if (!(await isThere(result))) {
    await mkdir(home, { recursive: true })
    const { code, document, stderr } = await command({ workspace, home }, ['study', 'quick'], {
      timeoutMs: studyPatienceMs,
    })
    if (code !== 0)
      throw new Error(`study quick ended with ${code}: ${JSON.stringify(document)}\n${stderr.slice(-4000)}`)
    await endEngine({ workspace, home })
    await writeFile(result, JSON.stringify(document))
  }
  return JSON.parse(await readFile(result, 'utf8')) as StudyResult
}

/** The folder to copy. */
export async function studyWorkspace(): Promise<string> {
  await studyResult()
  return process.env['E2E_STUDY_WORKSPACE'] ?? place().workspace
}
