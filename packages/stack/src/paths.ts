import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this checkout. */
export const repositoryRoot = resolve(fileURLToPath(new URL('../../..', import.meta.url)))
