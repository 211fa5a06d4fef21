/** The system's file dialogs. */
import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron'
import type { OpenFileRequest } from '#shared/desktop/bridge.ts'

const allFiles = { name: 'All files', extensions: ['*'] }
const filters = {
  data: [
    { name: 'Trajectories', extensions: ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet', 'gz', 'zst'] },
    allFiles,
  ],
  curves: [{ name: 'Curves and logs', extensions: ['json', 'csv', 'jsonl', 'log', 'txt'] }, allFiles],
}

/** Refuses what is not a request; the page may be wrong, never trusted. */
export function readFileRequest(payload: unknown): OpenFileRequest {
  const { title, kind, multiple } = (payload ?? {}) as Partial<Record<keyof OpenFileRequest, unknown>>
  if (typeof title !== 'string' || title.length > 200 || (kind !== 'data' && kind !== 'curves' && kind !== 'folder'))
    throw new Error('not a request for files')
  return { title, kind, multiple: multiple === true }
}

export async function chooseFiles(window: BrowserWindow, request: OpenFileRequest): Promise<readonly string[]> {
  const properties: OpenDialogOptions['properties'] =
    request.kind === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile']
  if (request.multiple) properties.push('multiSelections')
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: request.title,
    properties,
    ...(request.kind !== 'folder' && { filters: filters[request.kind] }),
  })
  return canceled ? [] : filePaths
}

export async function chooseWorkspace(window: BrowserWindow): Promise<string | null> {
  const [path] = await chooseFiles(window, { title: 'Open or make a workspace', kind: 'folder', multiple: false })
  return path ?? null
}
