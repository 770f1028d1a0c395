/** The strong ETag of a resource's version. */
export function etagOf(version: bigint | number | string): string {
  return `"${version}"`
}
