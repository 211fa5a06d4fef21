/**
 * When two prompts are the same: equal after Unicode composition (NFC), lower case, and every run of white space as one blank.
 * Splits, duplicates and counts of prompts go by the first 8 bytes (read as a little-endian number) of the MD5 of that text: a fixed function, stored with the
 * rows (a collision among a million prompts: 1 in 37 million).
 */

/** UBIGINT. The costly steps are taken only by prompts that need them. */
export function promptHashSql(prompt: string): string {
  const composed = `CASE WHEN strlen(${prompt}) = length(${prompt}) THEN ${prompt} ELSE nfc_normalize(${prompt}) END`
  return `md5_number_upper(lower(CASE
    WHEN regexp_matches(${prompt}, '[\\t\\n\\v\\f\\r]|  |^ | $') THEN trim(regexp_replace(${composed}, '\\s+', ' ', 'g'))
    ELSE ${composed} END))`
}
