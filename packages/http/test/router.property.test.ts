import fc from 'fast-check'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { RememberingRouter } from '../src/router.ts'

const method = fc.constantFrom('GET', 'POST', 'ALL')
const pattern = fc.constantFrom('*', '/*', '/a', '/a/b', '/a/:id', '/:kind/b', '/a/*', '/a/:id/c', '/')
const path = fc.constantFrom('/', '/a', '/a/', '/a/b', '/a/x', '/x/b', '/a/b/c', '/:kind/b', '/*')

it('finds what the router of Hono finds, however often it is asked', () => {
  const added = fc.array(fc.tuple(method, pattern), { minLength: 1 })
  const asked = fc.array(fc.tuple(method, path), { minLength: 20, maxLength: 40 })
  fc.assert(
    fc.property(added, asked, (routes, requests) => {
      const [remembering, plain] = [new RememberingRouter<number>(), new Hono<object>().router]
      for (const [index, [of, at]] of routes.entries()) {
        remembering.add(of, at, index)
        plain.add(of, at, index as never)
      }
      for (const [of, at] of requests) expect(remembering.match(of, at)).toEqual(plain.match(of, at))
    }),
  )
})
