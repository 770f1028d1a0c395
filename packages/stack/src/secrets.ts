import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Passwords, keys and chosen ports of one data folder, made on first use and kept in `secrets.json` (mode 600). */
export interface Secrets {
  /** The value kept under `name`; `make` gives the first one. */
  readonly get: (name: string, make?: () => string) => string
  readonly set: (name: string, value: string) => void
}

export function openSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json')
  const values = new Map<string, string>(existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8'))) : [])
  const set = (name: string, value: string): void => {
    if (values.get(name) === value) return
    values.set(name, value)
    writeFileSync(`${file}.new`, `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  const get = (name: string, make: () => string = randomSecret): string => {
    const value = values.get(name) ?? make()
    set(name, value)
    return value
  }
  return { get, set }
}

/** 192 random bits that need no escaping in a URL. */
export function randomSecret(): string {
  return randomBytes(24).toString('base64url')
}
