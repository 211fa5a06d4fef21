/**
 * Rows that come in pages: the table asks for what it shows, pages are fetched once and kept (a bounded number), and a change
 * of the question throws them away at once. An answer to an older question is dropped.
 */
import { shallowRef, triggerRef } from 'vue'
import type { Failure } from '#shared/contract/failure.ts'
import { failureOf } from '../../rpc/failure-of.ts'

export interface Page<Row> {
  readonly total: number
  readonly rows: readonly Row[]
}

const mostPages = 60

export function usePagedRows<Row>(fetchPage: (offset: number, limit: number) => Promise<Page<Row>>, pageSize = 100) {
  const total = shallowRef(0)
  const isLoaded = shallowRef(false)
  const failure = shallowRef<Failure | null>(null)
  const pages = shallowRef(new Map<number, readonly Row[] | 'coming'>())
  let question = 0

  async function fetch(page: number) {
    const asked = question
    pages.value.set(page, 'coming')
    try {
      const answer = await fetchPage(page * pageSize, pageSize)
      if (asked !== question) return
      pages.value.set(page, answer.rows)
      total.value = answer.total
      isLoaded.value = true
      failure.value = null
      forgetFarFrom(page)
    } catch (error) {
      if (asked !== question) return
      pages.value.delete(page)
      failure.value = failureOf(error)
    }
    triggerRef(pages)
  }

  /** Maps keep their order of insertion: the oldest go first. */
  function forgetFarFrom(page: number) {
    for (const key of pages.value.keys()) {
      if (pages.value.size <= mostPages) return
      if (Math.abs(key - page) > 2) pages.value.delete(key)
    }
  }

  return {
    total,
    isLoaded,
    failure,
    at(index: number): Row | undefined {
      const page = pages.value.get(Math.floor(index / pageSize))
      return page === undefined || page === 'coming' ? undefined : page[index % pageSize]
    },
    want(from: number, to: number) {
      for (let page = Math.floor(from / pageSize); page <= Math.floor(Math.max(from, to) / pageSize); page++)
        if (!pages.value.has(page)) void fetch(page)
    },
    /** The question has changed; what is shown stays until the first answer. */
    ask() {
      question += 1
      pages.value = new Map()
      void fetch(0)
    },
  }
}
