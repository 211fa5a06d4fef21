/**
 * A zip reader on Node alone, for archives whose hash has been checked: picks members, inflates them one after another
 * as streams, and tells how many bytes are written. A symbolic link may point beside or below itself. Knows the two methods
 * in use (stored, deflated); zip64 is refused.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, symlink } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

/** @typedef {{ name: string, method: number, packedBytes: number, bytes: number, mode: number, offset: number }} Member */

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_HEADER_BYTES = 30
const LONGEST_TAIL = 22 + 0xffff
const KIND_OF_FILE = 0o170000
const SYMBOLIC_LINK = 0o120000
const ZIP64_MARK = 0xffffffff

/** @param {string} file @returns {Promise<Member[]>} the members of the archive, folders left out */
export async function membersOf(file) {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const tail = Buffer.alloc(Math.min(size, LONGEST_TAIL))
    await handle.read(tail, 0, tail.length, size - tail.length)
    let end = tail.length - 22
    while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--
    if (end < 0) throw new Error(`${file} is not a zip archive, or it is cut off.`)
    const directory = Buffer.alloc(tail.readUInt32LE(end + 12))
    const start = tail.readUInt32LE(end + 16)
    if (start === ZIP64_MARK) throw new Error(`${file} is a zip64 archive, which this reader does not know.`)
    await handle.read(directory, 0, directory.length, start)
    return parseDirectory(directory)
  } finally {
    await handle.close()
  }
}

/** @param {Buffer} directory @returns {Member[]} */
function parseDirectory(directory) {
  const members = []
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY;) {
    const nameBytes = directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes)
    members.push({
      name,
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      mode: directory.readUInt32LE(at + 38) >>> 16,
      offset: directory.readUInt32LE(at + 42),
    })
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return members.filter(({ name }) => !name.endsWith('/'))
}

/**
 * Writes the chosen members under `folder`.
 * @param {string} file
 * @param {string} folder
 * @param {(name: string) => string | undefined} place where a member goes, relative to `folder`; undefined: left out
 * @param {(written: number, total: number) => void} [onBytes]
 */
export async function unzip(file, folder, place, onBytes) {
  const chosen = (await membersOf(file)).flatMap((member) => {
    const to = place(member.name)
    return to === undefined ? [] : [{ member, to: inside(folder, to) }]
  })
  const total = chosen.reduce((sum, { member }) => sum + member.bytes, 0)
  let written = 0
  const handle = await open(file)
  try {
    for (const { member, to } of chosen) {
      await mkdir(dirname(to), { recursive: true })
      const header = Buffer.alloc(LOCAL_HEADER_BYTES)
      await handle.read(header, 0, header.length, member.offset)
      const start = member.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
      const before = written
      await writeMember(file, member, start, to, (bytes) => onBytes?.((written += bytes), total))
      if (written - before !== member.bytes) throw new Error(`${member.name} in ${file} is damaged.`)
    }
  } finally {
    await handle.close()
  }
}

/** @param {string} file @param {Member} member @param {number} start @param {string} to @param {(bytes: number) => void} onBytes */
async function writeMember(file, { name, method, packedBytes, mode }, start, to, onBytes) {
  if (method !== 0 && method !== 8) throw new Error(`${name} in ${file} is packed with the unknown method ${method}.`)
  const isLink = (mode & KIND_OF_FILE) === SYMBOLIC_LINK
  let target = ''
  const out = isLink
    ? new Writable({ write: (chunk, _encoding, done) => ((target += chunk), done()) })
    : createWriteStream(to, { mode: mode & 0o777 || 0o644 })
  const count = async function* (/** @type {AsyncIterable<Buffer>} */ source) {
    for await (const chunk of source) {
      onBytes(chunk.length)
      yield chunk
    }
  }
  if (packedBytes === 0) return void (await pipeline(async function* () {}, out))
  const source = createReadStream(file, { start, end: start + packedBytes - 1, highWaterMark: 1 << 20 })
  if (method === 0) await pipeline(source, count, out)
  else await pipeline(source, createInflateRaw({ chunkSize: 1 << 18 }), count, out)
  if (isLink) await symlink(inside('', target), to)
}

/** @param {string} folder @param {string} relative */
function inside(folder, relative) {
  const path = normalize(relative)
  if (path.startsWith('..') || path.startsWith('/')) throw new Error(`The archive names a path outside it: ${relative}`)
  return join(folder, path)
}
