/**
 * From a row's JSON text to the fields of a dataset, in one SELECT: what plays which part, and why a row cannot be used. A row
 * has a `reason` or it has its texts, never both. Two things about DuckDB shape the SQL: an expression named twice in one
 * SELECT is evaluated twice (hence the layers), and AND evaluates both its sides where CASE does not (hence the nested CASEs).
 */
import type { ColumnMapping } from '#shared/contract/datasets.ts'
import { sqlText } from '../duck.ts'
import { mark } from '../files/scan-lines.ts'
import { jsonPointer, pathParts } from './field-path.ts'

/** Lines without anything on them are no rows and no errors. */
export const blank = 'blank'
export const notJson = 'not JSON'

/** Shorter texts are looked at again: they may be a number or a truth value in disguise. */
const shortText = 32
const messageShape = `'[{"role":"VARCHAR","from":"VARCHAR","content":"VARCHAR","value":"VARCHAR"}]'`
const userRoles = `('user', 'human')`
const assistantRoles = `('assistant', 'gpt', 'model')`

/**
 * Columns: line, reason, t (of lines that are no JSON), prompt, trajectory, answer, source, score0, score1, ...
 * `relation` gives (line, t); `layouts` are the lists of names that rows of this file usually have. Fields are VARCHAR;
 * `trajectory` is '' where the mapping names none.
 */
export function parseSql(
  relation: string,
  mapping: ColumnMapping,
  layouts: readonly (readonly string[])[] = [],
): string {
  const paths = [mapping.prompt, mapping.trajectory, mapping.answer, mapping.source, ...mapping.scores]
  const pointers = paths.map((path) => sqlText(path === undefined ? '/' : jsonPointer(path)))
  const field = (i: number) => (paths[i] === undefined ? 'NULL::VARCHAR' : `x[${i + 1}]`)
  const scores = mapping.scores.map((_, i) => `${field(4 + i)} AS score${i}`)
  const parts = [textPart('prompt', mapping.prompt, 1, userRoles, 'user')]
  if (mapping.trajectory !== undefined)
    parts.push(textPart('trajectory', mapping.trajectory, 2, assistantRoles, 'assistant'))
  const reasons = ['shape', twiceSql(paths, layouts), ...parts.map((part) => part.reason), nulSql(paths, parts)]
  const answer = field(2)
  return `
SELECT line, reason, CASE WHEN reason = '${notJson}' THEN left(t, 4000) END AS t,
       CASE WHEN reason IS NULL THEN prompt END AS prompt, CASE WHEN reason IS NULL THEN trajectory END AS trajectory,
       answer, source${scores.map((_, i) => `, score${i}`).join('')}
FROM (SELECT line, t, coalesce(${reasons.join(', ')}) AS reason,
             ${parts[0]!.text} AS prompt, ${parts[1]?.text ?? `''`} AS trajectory,
             -- JSON writes the number 27 as 27.0 where a program thought it a float.
             CASE WHEN ends_with(${answer}, '.0') THEN CASE WHEN json_type(t, ${pointers[2]}) = 'DOUBLE' THEN rtrim(rtrim(${answer}, '0'), '.') ELSE ${answer} END
                  ELSE ${answer} END AS answer,
             ${field(3)} AS source${scores.map((score) => `, ${score}`).join('')}
      FROM (SELECT *, ${parts.map((part) => part.messages).join(', ')}
        FROM (SELECT line, t, shape, x, names, ${parts.map((part) => part.kind).join(', ')}
            FROM (SELECT line, t, shape, CASE WHEN shape IS NULL THEN json_extract_string(t, [${pointers.join(', ')}]) END AS x,
                         CASE WHEN shape IS NULL THEN json_keys(t) END AS names
                  FROM (SELECT line, t, ${shapeSql} AS shape FROM (${relation}))))))`
}

const shapeSql = `CASE
  WHEN t IS NULL THEN '${blank}'
  WHEN starts_with(t, '{') AND json_valid(t) THEN NULL
  WHEN trim(t, ' ' || chr(9)) = '' THEN '${blank}'
  WHEN starts_with(t, ${sqlText(mark)}) THEN substr(t, 2)
  WHEN NOT json_valid(t) THEN '${notJson}'
  WHEN NOT starts_with(ltrim(t, ' ' || chr(9)), '{') THEN 'not a JSON object' END`

/** A name given twice: which of the two was meant is nobody's guess. Only names that the mapping uses are looked at. */
function twiceSql(paths: readonly (string | undefined)[], layouts: readonly (readonly string[])[]): string {
  const names = [...new Set(paths.flatMap((path) => (path === undefined ? [] : [pathParts(path)[0]!])))]
  const cases = names.map(
    (name) =>
      `WHEN len(list_filter(names, lambda n: n = ${sqlText(name)})) > 1 THEN ${sqlText(`field "${name}" is given twice`)}`,
  )
  // Comparing with a known layout is quick, counting different names is not.
  const usual = layouts.map((layout) => `[${layout.map(sqlText).join(', ')}]`)
  const isUsual = usual.length === 0 ? 'false' : `names IN (${usual.join(', ')})`
  return `CASE WHEN ${isUsual} THEN NULL WHEN len(names) > list_unique(names) THEN CASE ${cases.join(' ')} END END`
}

/** A character NUL ends a text for half of all programs. JSON has one way to write it, so most lines need no second look. */
function nulSql(paths: readonly (string | undefined)[], parts: readonly { readonly text: string }[]): string {
  const said = (path: string) => sqlText(`field "${path}" holds a NUL character`)
  const cases = paths.flatMap((path, i) =>
    path === undefined ? [] : [`WHEN contains(${parts[i]?.text ?? `x[${i + 1}]`}, chr(0)) THEN ${said(path)}`],
  )
  return `CASE WHEN contains(t, '\\u0000') THEN CASE ${cases.join(' ')} END END`
}

/** SQL for a field that must be text, or a list of chat messages of which one is it. */
function textPart(name: string, path: string, index: number, roles: string, role: string) {
  const x = `x[${index}]`
  const kind = `${name}_kind`
  const pointer = jsonPointer(path)
  const at = (rest: string) => sqlText(pointer + rest)
  const said = (text: string) => sqlText(`field "${path}" ${text}`)
  // Who speaks stands in `role`, or in `from`; what is said in `content`, or in `value`.
  const heard = `list_filter(from_json(${x}, ${messageShape}), lambda m: lower(coalesce(m.role, m."from")) IN ${roles})`
  const isMessages = `${kind} = 'messages'`
  const messages = `${name}_messages`
  const first = `coalesce(${messages}[1].content, ${messages}[1].value)`
  return {
    kind: `CASE
      WHEN shape IS NOT NULL THEN NULL
      WHEN ${x} IS NULL THEN coalesce(json_type(t, ${at('')}), 'missing')
      WHEN strlen(${x}) < ${shortText} OR starts_with(${x}, '[') OR starts_with(${x}, '{') THEN CASE
        WHEN json_type(t, ${at('')}) <> 'ARRAY' THEN json_type(t, ${at('')})
        WHEN json_type(t, ${at('/0')}) = 'OBJECT' AND (json_exists(t, ${at('/0/role')}) OR json_exists(t, ${at('/0/from')})) THEN
          CASE WHEN json_type(t, ${at('/0/content')}) = 'ARRAY' THEN 'parts' ELSE 'messages' END
        ELSE 'ARRAY' END END AS ${kind}`,
    messages: `CASE WHEN ${isMessages} THEN ${heard} END AS ${messages}`,
    text: `CASE WHEN shape IS NULL THEN CASE WHEN ${isMessages} THEN ${first} ELSE ${x} END END`,
    reason: `CASE
      WHEN ${kind} IS NULL OR ${kind} = 'VARCHAR' THEN CASE
        -- Only what begins with a blank can be blank.
        WHEN ascii(${x}) <= 32 THEN CASE WHEN NOT regexp_matches(${x}, '\\S') THEN ${said('is empty')} END END
      WHEN ${isMessages} THEN CASE
        WHEN len(${messages}) = 0 THEN ${said(`holds no message of the ${role}`)}
        WHEN len(${messages}) > 1 THEN ${said(`holds several messages of the ${role}; one question and one answer make a row`)}
        WHEN coalesce(trim(${first}), '') = '' THEN ${said(`holds an empty message of the ${role}`)} END
      WHEN ${kind} = 'missing' THEN ${said('is missing')}
      WHEN ${kind} = 'NULL' THEN ${said('is null')}
      WHEN ${kind} = 'ARRAY' THEN ${sqlText(`field "${path}" is a list; map "${path}.0" for its first entry`)}
      WHEN ${kind} = 'parts' THEN ${said('holds messages in parts; plain text is expected')}
      WHEN ${kind} = 'OBJECT' THEN ${said('is an object; text is expected')}
      WHEN ${kind} = 'BOOLEAN' THEN ${said('is true or false; text is expected')}
      ELSE ${said('is a number; text is expected')} END`,
  }
}
