import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, closeSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const isLinux = process.platform === 'linux'
const script = (close: boolean) => `
  import { readlinkSync, readdirSync } from 'node:fs'
  import { closeInheritedFiles } from ${JSON.stringify(join(import.meta.dirname, 'inherited-files.ts'))}
  ${close ? 'closeInheritedFiles()' : ''}
  const left = readdirSync('/proc/self/fd').flatMap((fd) => { try { return [readlinkSync('/proc/self/fd/' + fd)] } catch { return [] } })
  console.log(JSON.stringify(left.filter((path) => path.endsWith('leaked'))))`

it.runIf(isLinux)('closes what was inherited and nothing that is its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'inherited-'))
  const fd = openSync(join(folder, 'leaked'), 'w')
  const left = async (close: boolean) => {
    // Far up: Node itself marks the low ones, as far as they follow each other.
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', ...Array<'ignore'>(30).fill('ignore'), fd]
    const child = spawn(process.execPath, ['--input-type=module', '-e', script(close)], { stdio })
    let text = ''
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    await once(child, 'close')
    return JSON.parse(text) as string[]
  }
  try {
    expect(await left(false)).toEqual([join(folder, 'leaked')])
    expect(await left(true)).toEqual([])
  } finally {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  }
})
