/** CodeMirror for the spec: YAML colours from the tokens, mistakes as a red line with the words under it. Loaded on demand. */
import { yaml } from '@codemirror/lang-yaml'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorState, StateEffect, StateField, type Range } from '@codemirror/state'
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { minimalSetup } from 'codemirror'
import { cspNonce } from '../../theme/csp-nonce.ts'

export interface LineIssue {
  readonly message: string
  /** From 1; null: of the whole text. */
  readonly line: number | null
}

class IssueWidget extends WidgetType {
  readonly message: string
  constructor(message: string) {
    super()
    this.message = message
  }
  override eq(other: IssueWidget): boolean {
    return other.message === this.message
  }
  toDOM(): HTMLElement {
    const line = document.createElement('div')
    line.className = 'cm-issue'
    line.textContent = `↑ ${this.message}`
    return line
  }
}

const setIssues = StateEffect.define<readonly LineIssue[]>()
const issueField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    const found = transaction.effects.find((effect) => effect.is(setIssues))
    return found ? marksOf(found.value as readonly LineIssue[], transaction.state) : marks.map(transaction.changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})

function marksOf(issues: readonly LineIssue[], state: EditorState): DecorationSet {
  const marks: Range<Decoration>[] = []
  for (const { line, message } of issues) {
    const at = state.doc.line(Math.min(state.doc.lines, Math.max(1, line ?? 1)))
    marks.push(Decoration.line({ class: 'cm-wrong' }).range(at.from))
    marks.push(Decoration.widget({ widget: new IssueWidget(message), block: true, side: 1 }).range(at.to))
  }
  return Decoration.set(marks, true)
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--color-accent)' },
  { tag: [tags.comment], color: 'var(--color-third)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--color-third)' },
])

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--color-text)', fontSize: '12px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { padding: '0 0 8px', caretColor: 'var(--color-accent)' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--color-accent)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--color-accent) 30%, transparent) !important',
  },
  '.cm-wrong': { backgroundColor: 'var(--color-bad-soft)' },
  // The greys of comments and marks are too faint on it.
  '.cm-wrong span': { color: 'var(--color-text)' },
  '.cm-issue': { padding: '0 12px 2px 28px', color: 'var(--color-bad)', whiteSpace: 'pre-wrap', lineHeight: '18px' },
})

/**
 * Typing over a selection, done by the editor. Chromium's own way keeps the look of what it replaces in a style attribute,
 * which the page's policy forbids and reports.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { main } = view.state.selection
  if (event.inputType !== 'insertText' || event.data === null || event.isComposing || main.empty) return false
  event.preventDefault()
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true })
  return true
}

export function yamlEditing(
  parent: HTMLElement,
  { text, label, changed }: { text: string; label: string; changed: (text: string) => void },
) {
  let isOurs = false
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(cspNonce),
        minimalSetup,
        yaml(),
        syntaxHighlighting(colours),
        look,
        issueField,
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        // With a place in the tab order that is said, not only had: what scrolls must be reachable.
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isOurs) changed(update.state.doc.toString())
        }),
      ],
    }),
  })
  return {
    view,
    /** Text that came from the form; the reader's place stays. */
    setText(now: string) {
      if (now === view.state.doc.toString()) return
      isOurs = true
      const { anchor } = view.state.selection.main
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: now },
        selection: { anchor: Math.min(anchor, now.length) },
      })
      isOurs = false
    },
    showIssues: (issues: readonly LineIssue[]) => view.dispatch({ effects: setIssues.of(issues) }),
  }
}
export type YamlEditing = ReturnType<typeof yamlEditing>
