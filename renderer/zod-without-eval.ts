/**
 * zod 4 probes `new Function` when the first schema is made; the page's CSP forbids it and would report a violation. This
 * module is imported first of all, before any schema.
 */
import * as z from 'zod'

z.config({ jitless: true })
