/** Which file answers an `app://` address: one inside the built page, or none. Pure but for the look at the disk. */
import { realpathSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
}

export interface PageFile {
  readonly path: string
  readonly type: string
}

/** Null: no such file, of no known type, or outside the folder (by `..`, by a link, by anything). */
export function pageFile(folder: string, address: string): PageFile | null {
  try {
    const root = realpathSync(folder)
    const path = realpathSync(join(root, decodeURIComponent(new URL(address).pathname)))
    const type = types[extname(path).toLowerCase()]
    if (!path.startsWith(root + sep) || !type || !statSync(path).isFile()) return null
    return { path, type }
  } catch {
    return null
  }
}
