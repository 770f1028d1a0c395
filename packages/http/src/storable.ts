import type { FieldError } from './validate.ts'

const MAX_DEPTH = 32
const MAX_NUMBER = Number.MAX_SAFE_INTEGER

/**
 * The first value that Postgres could not hold as sent: NUL characters, lone surrogates, numbers that lose digits as
 * doubles, nesting past 32.
 */
export function findUnstorable(value: unknown, path: string, depth = 0): FieldError | null {
  if (typeof value === 'string') return fault(path, textFault(value))
  if (typeof value === 'number') return fault(path, numberFault(value))
  if (typeof value !== 'object' || value === null) return null
  if (depth >= MAX_DEPTH) return { path, message: `is nested deeper than ${MAX_DEPTH}` }
  for (const [key, child] of Object.entries(value)) {
    const wrongKey = textFault(key)
    if (wrongKey !== null) return { path, message: `has a field name that ${wrongKey}` }
    // The path is put together on the way back: most values have no fault.
    const found = findUnstorable(child, key.slice(0, 100), depth + 1)
    if (found !== null) return { ...found, path: `${path}.${found.path}` }
  }
  return null
}

function fault(path: string, message: string | null): FieldError | null {
  return message === null ? null : { path, message }
}

function textFault(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character'
  return text.isWellFormed() ? null : 'contains half of a surrogate pair'
}

function numberFault(value: number): string | null {
  return Number.isFinite(value) && Math.abs(value) <= MAX_NUMBER ? null : 'is too large a number'
}
