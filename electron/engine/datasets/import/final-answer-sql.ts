/**
 * The final answer that a written solution names, in SQL, by the rules of the GSM8K task's `finalAnswer`: after the last
 * `####`; else in the last `\boxed{}`; else on the last line that says "A:" or "the answer is". A test holds the two together;
 * SQL is here because a million solutions must not pass through JavaScript.
 */

/** Braces may nest four deep; what nests deeper is rare and then has no answer. */
const balanced = (depth: number): string => {
  const inner = depth === 0 ? '' : `|\\{${balanced(depth - 1)}\\}`
  return `(?:[^{}\\\\]|\\\\.${inner})*`
}
const boxContent = `^(${balanced(4)})\\}`
const named = String.raw`(?im)\banswer[ \t]{0,4}(?:is|=|:)[ \t]{0,4}:?(.+)$`
const labelled = String.raw`(?m)^[ \t]{0,8}A:(.+)$`

const blanks = `' ' || chr(9) || chr(10) || chr(13)`
const lastMatch = (text: string, pattern: string) =>
  `regexp_replace(trim(list_last(regexp_extract_all(${text}, '${pattern}', 1)), ${blanks}), '[.*]{1,8}$', '')`

/** `text` is the name of a VARCHAR column; the value is trimmed, and null where no answer is named. */
export function finalAnswerSql(text: string): string {
  const boxed = `CASE WHEN contains(${text}, '\\fbox{') THEN replace(${text}, '\\fbox{', '\\boxed{') ELSE ${text} END`
  const box = `list_last(string_split(${boxed}, '\\boxed{'))`
  const spoken = `CASE
      WHEN regexp_matches(${text}, '${labelled}') THEN ${lastMatch(text, labelled)}
      WHEN contains(lower(${text}), 'answer') THEN ${lastMatch(text, named)} END`
  return `nullif(trim(CASE
    WHEN contains(${text}, '####') THEN string_split(list_last(string_split(${text}, '####')), chr(10))[1]
    WHEN contains(${text}, '\\boxed{') OR contains(${text}, '\\fbox{') THEN
      CASE WHEN regexp_matches(${box}, '${boxContent}', 's') THEN regexp_extract(${box}, '${boxContent}', 1, 's') ELSE ${spoken} END
    ELSE ${spoken} END, ${blanks}), '')`
}

/** The lab task's: the token before the first end. */
export const labAnswerSql = (text: string): string => `nullif(regexp_extract(${text}, '(\\d+) \\$', 1), '')`
