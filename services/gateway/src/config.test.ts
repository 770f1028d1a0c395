import { SERVICES } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { config } from './config.ts'

const urls = Object.fromEntries(SERVICES.map((name) => [name, 'http://127.0.0.1:1']))
const good = {
  SERVICE_URLS: JSON.stringify(urls),
  PUBLIC_URL: 'http://x.test',
  BOOTSTRAP_API_KEY: `sk_live_${'a'.repeat(43)}`,
}

it('takes the addresses of every service', () => expect(config.parse(good).SERVICE_URLS).toEqual(urls))

it.each([
  ['SERVICE_URLS', 'not json', 'is not JSON'],
  ['SERVICE_URLS', '{"contract":"http://127.0.0.1:1"}', 'does not name every service'],
  ['SERVICE_URLS', '{"contract":"nowhere"}', 'Invalid URL'],
  ['PUBLIC_URL', 'nowhere', 'Invalid URL'],
  ['BOOTSTRAP_API_KEY', 'a'.repeat(60), 'must be sk_sandbox_ or sk_live_ and 32 to 128 random characters'],
])('names %s when it is %s', (name, value, message) => {
  const issues = config.safeParse({ ...good, [name]: value }).error?.issues ?? []
  expect(issues.map(({ path, message: said }) => [path[0], said])).toContainEqual([name, message])
})
