import { randomBytes } from 'node:crypto'
import { postgresUrl } from '@draupnir/testing'
import postgres from 'postgres'

/** For tests of sandboxes: an empty database of its own, and how to drop it. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const adminUrl = await postgresUrl()
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  const asAdmin = async (statement: string) => {
    const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
    await sql.unsafe(statement)
    await sql.end()
  }
  await asAdmin(`create database ${name}`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return { url: url.toString(), drop: () => asAdmin(`drop database if exists ${name} with (force)`) }
}
