/** Where things lie. Everything fetched or built lies in the cache, outside the sources, and is shared by all clones. */
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ELECTRON_FROM_NPM, ELECTRON_OFFICIAL, NODE } from './pins.mjs'
import { isUntested } from './system.mjs'
import { chosenBuild } from './tensorflow-build.mjs'

/** The folder of package.json. */
export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The folder the user typed the command in: npm moves to the repository and leaves the word in INIT_CWD. */
export const usersFolder = (env = process.env) => env.INIT_CWD || process.cwd()

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string} absolute path of the cache; SWITCHPOINT_CACHE first, then XDG's, then ~/.cache
 */
export function cacheFolder(env = process.env) {
  if (env.SWITCHPOINT_CACHE) return resolve(usersFolder(env), env.SWITCHPOINT_CACHE)
  // The XDG specification: a relative path is invalid and ignored.
  const xdg = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache')
  return join(xdg, 'switchpoint')
}

/** @typedef {ReturnType<typeof placesIn>} Places */

/**
 * Every path of the set-up, from the cache and the repository.
 * @param {string} cache
 * @param {string} [repository]
 * @param {import('./pins.mjs').TensorFlowBuild} [build]
 */
export function placesIn(cache, repository = REPOSITORY, build = chosenBuild(cache)) {
  const node = join(cache, `node-${NODE.version}`)
  const tensorflow = join(cache, build.folder)
  return {
    cache,
    repository,
    downloads: join(cache, 'downloads'),
    lock: join(cache, 'setup.lock'),
    runtime: join(cache, 'runtime.json'),
    electronJson: join(cache, 'electron.json'),
    node: {
      folder: node,
      binary: isUntested() ? process.execPath : join(node, 'bin', 'node'),
      headers: join(node, 'include', 'node'),
    },
    tensorflow: { build, folder: tensorflow, libraries: join(tensorflow, 'tensorflow') },
    electronOfficial: join(cache, `electron-${ELECTRON_OFFICIAL.version}`),
    electronFromNpm: join(cache, `electron-${ELECTRON_FROM_NPM.electronVersion}-npm`),
    packageLock: join(repository, 'package-lock.json'),
    nodeModules: join(repository, 'node_modules'),
    addonPackage: join(repository, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
    stamp: join(repository, 'node_modules', '.switchpoint-setup.json'),
    packagesStamp: join(repository, 'node_modules', '.switchpoint-lock-hash'),
    built: join(repository, 'out'),
    builtStamp: join(repository, 'out', '.switchpoint-build'),
  }
}
