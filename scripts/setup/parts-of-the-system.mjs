/** The parts that are packages of the operating system: each knows what it wants and when it is not needed at all. */
import { addonPart } from './part-addon.mjs'
import { hasPip, tensorflowPart } from './part-tensorflow.mjs'
import { run } from './run-command.mjs'
import { lackingPackages, onPath, WINDOW_LIBRARIES } from './system-packages.mjs'

/** @typedef {{ title: string, lacks: (context: import('./parts.mjs').Context) => Promise<readonly string[]> }} SystemPart */

/** @type {Record<string, SystemPart>} */
export const systemParts = {
  compiler: {
    title: 'C++ compiler',
    lacks: async (context) => (onPath(process.env.CXX || 'g++') || (await addonPart.isThere(context)) ? [] : ['g++']),
  },
  python: {
    title: 'Python with pip',
    lacks: async (context) =>
      (await tensorflowPart.isThere(context)) || (await hasPip()) ? [] : ['python3', 'python3-pip'],
  },
  windowLibraries: { title: "The window's libraries", lacks: () => lackingPackages(WINDOW_LIBRARIES) },
  virtualDisplay: {
    title: 'A virtual display',
    lacks: async () => (onPath('xvfb-run') && onPath('Xvfb') && onPath('xauth') ? [] : ['xvfb', 'xauth']),
  },
  chromium: { title: 'Chromium', lacks: async () => (chromiumPath() ? [] : ['chromium']) },
  venv: {
    title: 'Python virtual environments',
    lacks: async () => ((await run('python3', ['-c', 'import venv, ensurepip'])).code === 0 ? [] : ['python3-venv']),
  },
}

/** Chromium for the tests of the served page. */
export const chromiumPath = () =>
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => onPath(path.slice(9)))
