/**
 * Text with markdown and maths into the page, for text that nobody vouches for: model output, imported files. Markdown knows
 * no HTML, its result is sanitised to a short list of tags without attributes, and maths is drawn by KaTeX node by node
 * (setting markup as text would need style attributes, which the page's policy forbids). No links, no pictures: nothing in
 * here may fetch.
 */
import DOMPurify from 'dompurify'
import katex from 'katex'
import MarkdownIt from 'markdown-it'
import { splitMath, type MathPart } from './split-math.ts'

const markdown = new MarkdownIt({ html: false, linkify: false, breaks: true }).disable(['image', 'link', 'autolink'])
const allowedTags =
  'p br strong em s code pre ul ol li blockquote h1 h2 h3 h4 h5 h6 hr table thead tbody tr th td'.split(' ')

const katexOptions = {
  throwOnError: false,
  trust: false,
  strict: false,
  maxExpand: 1000,
  maxSize: 20,
  errorColor: 'currentColor',
} as const

/** Longer texts are cut: laying out megabytes would freeze the page. The caller says so beside it. */
export const mostCharacters = 60_000

/** GSM8K ends a solution with `#### 72`, which is an answer and no heading. */
export function withAnswerLine(text: string): string {
  const whole = text.trimEnd()
  const last = whole.lastIndexOf('\n') + 1
  return whole.startsWith('#### ', last) ? `${whole.slice(0, last)}\\${whole.slice(last)}` : text
}

export function renderRichText(into: HTMLElement, text: string): void {
  const { text: marked, maths } = splitMath(withAnswerLine(text.slice(0, mostCharacters)))
  const fragment = DOMPurify.sanitize(markdown.render(marked), {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: [],
    RETURN_DOM_FRAGMENT: true,
  })
  placeMaths(fragment, maths)
  into.replaceChildren(fragment)
}

/** Every placeholder in the text becomes the formula it stands for. */
function placeMaths(root: DocumentFragment, maths: readonly MathPart[]): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  while (walker.nextNode()) texts.push(walker.currentNode as Text)
  for (const node of texts) {
    const pieces = node.data.split(/\uE000(\d+)\uE001/)
    if (pieces.length === 1) continue
    node.replaceWith(...pieces.map((piece, at) => (at % 2 === 0 ? piece : formula(maths[Number(piece)]))))
  }
}

function formula(part: MathPart | undefined): Node {
  const span = document.createElement('span')
  if (!part) return span
  if (part.kind === 'annotation') {
    span.className = 'annotation'
    span.textContent = part.tex
    return span
  }
  try {
    katex.render(part.tex, span, { ...katexOptions, displayMode: part.kind === 'display' })
  } catch {
    span.textContent = part.tex
  }
  return span
}
