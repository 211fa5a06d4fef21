// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest'
import { renderRichText, withAnswerLine } from './rich-text.ts'

// KaTeX draws nothing in quirks mode, and happy-dom does not say which mode it is in.
vi.hoisted(() => Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat' }))

function drawn(text: string): HTMLElement {
  const host = document.createElement('div')
  renderRichText(host, text)
  return host
}

describe('text that nobody vouches for', () => {
  it('draws markdown and maths', () => {
    const host = drawn('So **x** is $\\sqrt{4}$.')
    expect(host.querySelector('strong')?.textContent).toBe('x')
    expect(host.querySelector('.katex')).not.toBeNull()
  })
  it('keeps GSM8K’s answer line a line', () => {
    const host = drawn('She sold 24.\n#### 72')
    expect(host.querySelector('h4')).toBeNull()
    expect(host.textContent).toContain('#### 72')
    expect(withAnswerLine('#### Step 1\ntext')).toBe('#### Step 1\ntext')
    expect(withAnswerLine('a\n#### 72  \n\n')).toBe('a\n\\#### 72')
  })
  it.each([
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '[click](javascript:alert(1))',
    '![pixel](https://example.com/p.png)',
    '<a href="https://example.com">x</a>',
    '$\\href{javascript:alert(1)}{x}$',
    '$\\includegraphics{https://example.com/p.png}$',
    '<svg onload=alert(1)>',
  ])('makes nothing live of %j', (text) => {
    const host = drawn(text)
    expect(host.querySelectorAll('script, img, iframe, object, a[href], svg[onload], [onerror]')).toHaveLength(0)
  })
  it('shows broken maths as it is written', () => expect(drawn('$\\frac{1}{$').textContent).toContain('\\frac'))
})
