/**
 * One page's port to one WebSocket on the engine's socket, unread: main knows no contract. When either end goes, the other
 * is closed; a page whose port closes asks for the next.
 */
import type { MessagePortMain } from 'electron'
import { WebSocket } from 'ws'
import type { EngineAddress } from './engine-address.ts'

/** Larger than anything the engine sends in one message: pages of rows, charts, a report. */
const mostMessageBytes = 256 * 1024 * 1024

/** Resolves once the line is open; rejects when the engine does not take it. `closed` runs when an open line breaks. */
export function openPipe({ socket, token }: EngineAddress, port: MessagePortMain, closed: () => void): Promise<void> {
  const ws = new WebSocket(`ws+unix://${socket}:/rpc`, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    maxPayload: mostMessageBytes,
  })
  return new Promise((resolve, reject) => {
    let isOpen = false
    ws.on('open', () => {
      isOpen = true
      port.on('message', ({ data }: { data: unknown }) => ws.send(data as string | ArrayBuffer))
      port.on('close', () => ws.close())
      port.start()
      resolve()
    })
    ws.on('message', (data: Buffer, isBinary) => {
      port.postMessage(isBinary ? new Uint8Array(data).buffer : data.toString())
    })
    ws.on('error', (error) => !isOpen && reject(error))
    ws.on('close', () => {
      if (!isOpen) return reject(new Error('the engine closed the line'))
      port.close()
      closed()
    })
  })
}
