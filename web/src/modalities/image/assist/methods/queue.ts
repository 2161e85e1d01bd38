/** Numbers waiting by their cost, the cheapest first: a binary heap that may hold a number twice. */

export class Queue {
  #cost = new Float64Array(1024)
  #item = new Int32Array(1024)
  #length = 0

  get isEmpty(): boolean {
    return this.#length === 0
  }

  push(item: number, cost: number): void {
    if (this.#length === this.#item.length) {
      const [costs, items] = [new Float64Array(2 * this.#length), new Int32Array(2 * this.#length)]
      costs.set(this.#cost)
      items.set(this.#item)
      this.#cost = costs
      this.#item = items
    }
    let at = this.#length++
    while (at > 0) {
      const above = (at - 1) >> 1
      if ((this.#cost[above] as number) <= cost) break
      this.#move(above, at)
      at = above
    }
    this.#cost[at] = cost
    this.#item[at] = item
  }

  /** Takes out the cheapest; the queue must not be empty. */
  pop(): number {
    const first = this.#item[0] as number
    const last = --this.#length
    const cost = this.#cost[last] as number
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= last) break
      if (below + 1 < last && (this.#cost[below + 1] as number) < (this.#cost[below] as number)) below++
      if ((this.#cost[below] as number) >= cost) break
      this.#move(below, at)
      at = below
    }
    this.#cost[at] = cost
    this.#item[at] = this.#item[last] as number
    return first
  }

  #move(from: number, to: number): void {
    this.#cost[to] = this.#cost[from] as number
    this.#item[to] = this.#item[from] as number
  }
}
