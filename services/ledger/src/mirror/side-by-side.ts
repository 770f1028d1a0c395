/**
 * Does `work` for every item, some at a time. After the first failure nothing new is begun; what is under way ends, and
 * everything that succeeded is given together with the failure.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<{ readonly done: readonly R[]; readonly failure: unknown }> {
  const done: R[] = []
  const queue = items.values()
  let failure: unknown = null
  const lane = async () => {
    for (const item of queue) {
      if (failure !== null) return
      try {
        done.push(await work(item))
      } catch (error) {
        failure ??= error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  return { done, failure }
}
