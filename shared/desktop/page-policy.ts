/**
 * The page's content security policy, one text for the desktop's `app://` and for `serve`. Scripts come from the page's own
 * origin alone; a style element needs this answer's nonce; style attributes and everything else are forbidden.
 */

/** Stands in the built index.html (electron.vite.config.ts, `html.cspNonce`); each answer replaces it with a fresh nonce. */
export const nonceMark = '__SWITCHPOINT_NONCE__'

/** `connect`: origins the page may talk to beside its own, as `ws://127.0.0.1:8000`. */
export function contentSecurityPolicy(nonce: string, connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'none'",
    "img-src 'self' blob:",
    "font-src 'self'",
    "worker-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
