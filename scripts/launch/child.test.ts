import { expect, it } from 'vitest'
import { runToEnd } from './child.mjs'

const options = { cwd: process.cwd(), env: process.env }
const end = (script: string) => runToEnd(process.execPath, ['-e', script], options)

it("passes on the program's exit code, and a signal's as shells do", async () => {
  expect(await end('process.exit(3)')).toBe(3)
  expect(await end('process.kill(process.pid, "SIGKILL")')).toBe(137)
  expect(await end('')).toBe(0)
})

it('hands a signal on and waits for what the program makes of it', async () => {
  const code = end(
    'process.on("SIGTERM", () => process.exit(130)); process.kill(process.ppid, "SIGTERM"); setInterval(() => {}, 1000)',
  )
  expect(await code).toBe(130)
})

it('says when there is no such program', async () => {
  await expect(runToEnd('/no/such/program', [], options)).rejects.toThrow('ENOENT')
})
