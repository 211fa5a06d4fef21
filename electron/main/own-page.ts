/** The address of our own page, the only one a window may ever show. */
export const pageScheme = 'app'
export const pageHost = 'switchpoint'
export const pageUrl = `${pageScheme}://${pageHost}/index.html`

export function isOwnPage(address: string): boolean {
  try {
    const { protocol, host } = new URL(address)
    return protocol === `${pageScheme}:` && host === pageHost
  } catch {
    return false
  }
}
