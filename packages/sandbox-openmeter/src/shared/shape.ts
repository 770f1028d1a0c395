/** An object without its null and undefined fields: OpenMeter omits what is not set. */
export function compact<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], null | undefined> }
}

export type Metadata = Readonly<Record<string, string>>
