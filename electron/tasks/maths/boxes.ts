/** What stands in `\boxed{...}` and `\fbox{...}`. */

interface Box {
  readonly start: number
  readonly end: number
  readonly content: string
}

/**
 * Contents of the boxes, joined by commas. `all`: every box; `last`: the last one and those before it that plainly belong to it
 * (close by, or joined with "and", "or", a comma). Without a box the text itself. A box that never closes gives its rest.
 */
export function boxedContent(text: string, mode: 'all' | 'last'): string {
  const contents: string[] = []
  let before = text.length
  let following: Box | undefined
  for (;;) {
    const box = boxBefore(text, before)
    if (!box) break
    if (typeof box === 'string') {
      if (contents.length === 0) contents.push(box)
      break
    }
    if (mode === 'last' && following && !belongsTo(text, box, following, contents.at(-1))) break
    if (contents.at(-1) !== box.content) contents.push(box.content)
    following = box
    before = box.start
  }
  return contents.length === 0 ? text : contents.reverse().join(',')
}

/** The last box that starts before a place; its rest as a string where it does not close. */
function boxBefore(text: string, before: number): Box | string | undefined {
  const find = (command: string) => (before <= 0 ? -1 : text.lastIndexOf(command, before - 1))
  const inFront = (start: number, command: string) => start >= 0 && start + command.length <= before
  const [boxed, fbox] = [find('\\boxed'), find('\\fbox')]
  const isBoxed = boxed > fbox
  const start = Math.max(boxed, fbox)
  const command = isBoxed ? '\\boxed' : '\\fbox'
  if (!inFront(start, command)) return undefined
  let open = start + command.length
  while (open < before && /\s/.test(text[open]!)) open++
  if (open >= before) return undefined
  if (text[open] !== '{') return text.slice(open)
  for (let depth = 1, i = open + 1; i < before; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return { start, end: i, content: text.slice(open + 1, i).trim() }
  }
  return text.slice(open)
}

function belongsTo(text: string, box: Box, following: Box, followingContent: string | undefined): boolean {
  const between = text.slice(box.end + 1, following.start)
  if (between.length < 10) return true
  return followingContent !== box.content && between.length < 70 && /\b(and|or)\b|,|;/.test(between)
}
