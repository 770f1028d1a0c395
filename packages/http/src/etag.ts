import { refuse } from '@draupnir/errors'

/** The strong ETag of a resource's version. */
export function etagOf(version: bigint | number | string): string {
  return `"${version}"`
}

/** Refuses `request.precondition-failed` when `If-Match` is there and names another version. */
export function checkIfMatch(headers: Headers, version: bigint | number | string): void {
  const wanted = headers.get('if-match')
  if (wanted === null || wanted.trim() === '*') return
  const tags = wanted.split(',').map((tag) => tag.trim())
  if (!tags.includes(etagOf(version))) refuse('request.precondition-failed', { current: etagOf(version) })
}
