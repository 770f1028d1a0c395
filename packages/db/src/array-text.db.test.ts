import { testDatabase } from '@draupnir/testing'
import { addMs, instant } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonArray, numberArray, sparseArray, textArray } from './array-text.ts'

const { db } = await testDatabase({ schema: 'arrays', sources: [] })
// What a list in text has its own use for, among everything else that can be stored.
const MEANT = ['"', '\\', '{', '}', ',', ' ', '\n', '\t', "'", 'NULL', 'null', '\\"', '""', '\u{1f4b6}', '\ufeff']
const storable = fc
  .string({ unit: fc.oneof(fc.constantFrom(...MEANT), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) })
  .filter((text) => text.isWellFormed() && !text.includes('\0'))

it('reads every list of texts back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(storable)), async (texts) => {
      const [row] = await db.sql<{ texts: (string | null)[] }[]>`
        select to_jsonb(${textArray(texts)}::text[]) as texts`
      expect(row?.texts).toEqual(texts)
    }),
  )
})

it.each([
  ['the word for nothing, and nothing', ['NULL', 'null', null, '']],
  ['quotes and backslashes, one after another', ['"', '\\', '\\"', '"\\', '\\\\""', 'a"b\\c"d\\']],
  ['a list', ['{a,b}', '{', '}', ',', '{"a","b"}']],
  ['what is only blank', [' ', '  a ', '\t', '\n', '\r\n']],
  ['one text longer than a page', ['"\\'.repeat(100_000)]],
  ['none', []],
])('reads back %s', async (_, texts) => {
  const [row] = await db.sql<{ texts: (string | null)[] }[]>`
    select to_jsonb(${textArray(texts)}::text[]) as texts`
  expect(row?.texts).toEqual(texts)
})

it.each([
  ['a column that holds nothing', [null, null]],
  ['one that holds something', [null, 'b']],
  ['one that ends in nothing', ['a', null]],
])('gives every row its element of %s', async (_, texts) => {
  const rows = await db.sql<{ text: string | null }[]>`
    select text from unnest(array[1, 2], ${sparseArray(texts)}::text[]) as u(n, text) order by n`
  expect(rows.map(({ text }) => text)).toEqual(texts)
})

it('leaves out a column that holds nothing', () => {
  expect(sparseArray([null, null])).toBe('{}')
})

it('reads every list of numbers back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), async (numbers) => {
      const [row] = await db.sql<{ numbers: bigint[] }[]>`select ${numberArray(numbers)}::bigint[] as numbers`
      expect(row?.numbers).toEqual(numbers)
    }),
  )
})

it('reads every moment back as it was, whatever the zone of the session', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(4_000_000_000_000), fc.constantFrom('UTC', 'Asia/Kolkata'), async (ms, zone) => {
      const at = addMs(instant('1970-01-01T00:00:00Z'), ms)
      await db.transaction(async ({ sql }) => {
        await sql`select set_config('timezone', ${zone}, true)`
        const [row] = await sql<{ at: string }[]>`select ${at}::timestamptz as at`
        expect(row?.at).toBe(at)
      })
    }),
  )
})

it('reads back values of JSON, beside a column of texts', async () => {
  const json = fc.json({ stringUnit: 'grapheme' }).filter((text) => !text.includes('\\u0000'))
  await fc.assert(
    fc.asyncProperty(fc.array(json, { minLength: 1 }), async (texts) => {
      const rows = await db.sql<{ n: number; value: unknown }[]>`
        select n, value from rows from (
          unnest(${numberArray(texts.map((_, n) => n))}::int[]),
          jsonb_array_elements(${jsonArray(texts)}::jsonb)) as t (n, value)`
      expect(rows.map((row) => [row.n, row.value])).toEqual(texts.map((text, n) => [n, JSON.parse(text)]))
    }),
  )
})
