/**
 * "Something changed": the engine's one stream, and who wants to hear of it. A new wire, a new engine or a gap in the
 * numbers means that something may have been missed, so everybody reloads: no point is missing after a recovery.
 */
import type { Notice } from '#shared/contract/contract.ts'

export type NoticeKind = Exclude<Notice['kind'], 'hello'>
/** Called with the ids that changed; null when anything may have. */
export type ChangeListener = (id: string | null) => void

export function noticeBoard() {
  const listeners = new Map<NoticeKind, Set<ChangeListener>>()
  let last: Pick<Notice, 'engine' | 'seq'> | undefined

  const tell = (kind: NoticeKind, id: string | null) => listeners.get(kind)?.forEach((listener) => listener(id))
  const tellAll = () => [...listeners.keys()].forEach((kind) => tell(kind, null))

  return {
    changed(kind: NoticeKind, listener: ChangeListener): () => void {
      const set = listeners.get(kind) ?? new Set()
      listeners.set(kind, set.add(listener))
      return () => set.delete(listener)
    },
    take(notice: Notice) {
      const missed = notice.kind === 'hello' || !last || last.engine !== notice.engine || notice.seq !== last.seq + 1
      last = notice
      if (missed) tellAll()
      else tell(notice.kind as NoticeKind, notice.id)
    },
  }
}
export type NoticeBoard = ReturnType<typeof noticeBoard>
