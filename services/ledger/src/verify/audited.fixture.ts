import type { TestDatabase } from '@draupnir/testing'
import { expect } from 'vitest'
import { verify } from './verify.ts'

/** What the audit finds in a test's books, by the name of the check, and what it finds when the owner spoils something. */
export function audited({ db, owner }: Pick<TestDatabase, 'db' | 'owner'>) {
  const findings = async (): Promise<Record<string, string[]>> => {
    const checks = (await verify({ db })).filter((check) => !check.ok)
    return Object.fromEntries(checks.map((check) => [check.name, check.findings.map(({ row }) => row)]))
  }
  /** Lets the owner spoil something, looks, and puts it right again. */
  const spoiled = async (spoil: string, mend: string): Promise<Record<string, string[]>> => {
    await owner.sql.unsafe(spoil)
    const found = await findings()
    await owner.sql.unsafe(mend)
    expect(await findings()).toEqual({})
    return found
  }
  return { findings, spoiled }
}
