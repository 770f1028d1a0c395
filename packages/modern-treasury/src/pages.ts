import { answered } from './client.ts'

/** A page of a list as the SDK gives it. */
export interface PageOf<T> {
  readonly items: readonly T[]
  hasNextPage(): boolean
  getNextPage(): PromiseLike<PageOf<T>>
}

/** Every item of a list, page by page; a page may be short or empty while another follows. */
export async function* everyPage<T>(what: string, first: () => PromiseLike<PageOf<T>>): AsyncGenerator<readonly T[]> {
  let page = await answered(what, first)
  yield page.items
  while (page.hasNextPage()) {
    const current = page
    page = await answered(what, () => current.getNextPage())
    yield page.items
  }
}

/** Every item of a list that is short enough to be held. */
export async function allOf<T>(what: string, first: () => PromiseLike<PageOf<T>>): Promise<T[]> {
  const all: T[] = []
  for await (const items of everyPage(what, first)) all.push(...items)
  return all
}
