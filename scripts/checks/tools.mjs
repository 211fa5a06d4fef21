/** The developers' tools of this repository, each as a command for the Node of the set-up. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {import('../setup/parts.mjs').PartName} PartName */
/** @typedef {{ name: string, command: readonly string[] }} Tool  command: script in node_modules and its arguments */

const CACHES = 'node_modules/.cache'
export const PRETTIER = [
  'prettier/bin/prettier.cjs',
  '--log-level=warn',
  '--cache',
  `--cache-location=${CACHES}/prettier`,
]
const ESLINT = ['eslint/bin/eslint.js', '.', '--max-warnings=0', '--cache', `--cache-location=${CACHES}/eslint`]
const E2E_CONFIG = 'e2e/playwright.config.ts'
const ROOMS = ['electron', 'shared', 'renderer', 'bench', 'e2e', 'scripts']

/** @param {string} repository @returns {Tool[]} one check of types a room, so that a wrong global is an error where it is wrong */
export function typeChecks(repository) {
  const rooms = readdirSync(join(repository, 'electron')).map((room) => `electron/${room}`)
  const projects = ['shared', ...rooms, 'scripts']
    .map((room) => `${room}/tsconfig.json`)
    .concat('tsconfig.tests.json')
    .filter((project) => existsSync(join(repository, project)))
  return [
    ...projects.map((project) => ({
      name: `types: ${project}`,
      command: ['typescript/bin/tsc', '--pretty', 'false', '-p', project],
    })),
    {
      name: 'types: renderer',
      command: ['vue-tsc/bin/vue-tsc.js', '--pretty', 'false', '-p', 'renderer/tsconfig.json'],
    },
  ]
}

/** @returns {Tool[]} */
export const lintChecks = () => [
  { name: 'lint', command: ESLINT },
  {
    name: 'rooms',
    command: ['dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.cjs', ...ROOMS],
  },
]

/** @param {string} repository @returns {Tool[]} */
export const staticChecks = (repository) => [
  { name: 'format', command: [...PRETTIER, '--check', '.'] },
  ...lintChecks(),
  ...typeChecks(repository),
]

/** @param {readonly string[]} rest */
export const unitTool = (rest) => ['vitest/vitest.mjs', 'run', ...rest]

/** @param {readonly string[]} rest */
export const e2eTool = (rest) => ['@playwright/test/cli.js', 'test', '--config', E2E_CONFIG, ...rest]

/** The parts that the tests of the window need. @param {boolean} hasDisplay @returns {PartName[]} */
export const e2eParts = (hasDisplay) => [
  'kernels',
  'electron',
  'chromium',
  ...(hasDisplay ? [] : [/** @type {const} */ ('virtualDisplay')]),
]

/**
 * Playwright's command line, under a virtual display where there is none.
 * @param {string} node
 * @param {string} nodeModules
 * @param {readonly string[]} tool
 * @param {boolean} hasDisplay
 * @returns {[string, ...string[]]}
 */
export function withDisplay(node, nodeModules, [script = '', ...args], hasDisplay) {
  const command = [node, join(nodeModules, script), ...args]
  const screen = ['-a', '-s', '-screen 0 1920x1200x24']
  return hasDisplay ? [node, ...command.slice(1)] : ['xvfb-run', ...screen, ...command]
}
