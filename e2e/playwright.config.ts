/**
 * The tests of the window. Two projects: `window` drives the real Electron program, `served` the same page in a browser.
 * One worker: engines, trainers and windows share this machine's cores. `npm run e2e [-- words]` provides what they need.
 */
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  globalSetup: './scratch.ts',
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['json', { outputFile: '../node_modules/.switchpoint-reports/e2e.json' }]],
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: { actionTimeout: 15_000, navigationTimeout: 30_000, trace: 'retain-on-failure' },
  projects: [
    { name: 'served', testDir: './served' },
    { name: 'window', testDir: './window' },
  ],
})
