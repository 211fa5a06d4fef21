/** The nonce of this page's style CSP, for the libraries that insert a `<style>` (Reka's select, CodeMirror). */
export const cspNonce: string = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
