/** Is this a message of oRPC's peer protocol at all? Looked at before oRPC sees it: what is none costs the sender the line. */

const mark = 0xff // between the JSON head and the bytes of a Blob

/** Text, or bytes whose head is JSON: an object with an id, and for a request where it goes. */
export function isFrame(data: string | Uint8Array): boolean {
  if (typeof data === 'string') return isHead(data)
  const end = data.indexOf(mark)
  return data[0] === 0x7b && isHead(Buffer.from(end < 0 ? data : data.subarray(0, end)).toString('utf8'))
}

function isHead(text: string): boolean {
  const message = parsed(text)
  if (typeof message !== 'object' || message === null || !('i' in message)) return false
  if (typeof message.i !== 'string' && typeof message.i !== 'number') return false
  const type = 't' in message ? message.t : undefined
  const payload = 'p' in message ? message.p : undefined
  if (type === 4) return true // abort
  if (type === 3) return typeof payload === 'object' && payload !== null // a stream's event
  return (
    type === undefined &&
    typeof payload === 'object' &&
    payload !== null &&
    'u' in payload &&
    typeof payload.u === 'string'
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
