/** Saves a self-contained page as a file: a served page has no file manager to show it in. */
export function saveHtml(html: string, fileName: string): void {
  const address = URL.createObjectURL(new Blob([html], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  URL.revokeObjectURL(address)
}
