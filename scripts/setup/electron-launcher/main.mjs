/**
 * Runs inside the npm-carried Electron runtime, which has no default app: starts the app whose folder is the first
 * argument that is not a flag, the way Electron's own default app does (`electron PATH`).
 */
import { app } from 'electron'
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const argument = process.argv.slice(1).find((word) => !word.startsWith('-'))
if (!argument) {
  console.error('Usage: electron FOLDER')
  process.exit(2)
}
const target = resolve(argument)

// Code asks this to know that its own path is among the arguments.
process.defaultApp = true

let main = target
if (statSync(target).isDirectory()) {
  const about = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  app.setName(about.productName ?? about.name)
  app.setVersion(about.version ?? '0.0.0')
  app.setAppPath(target)
  main = join(target, about.main ?? 'index.js')
}
// Awaited, so that Electron is not `ready` before the app has said what it wants of `ready`.
await import(pathToFileURL(main).href)
