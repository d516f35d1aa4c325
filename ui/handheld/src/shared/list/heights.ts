/** Where a list stood: a row, and how far it was scrolled beyond the row's beginning. */
export interface Anchor {
  /** Which list. */
  name: string
  index: number
  beyond: number
}

/**
 * Where the rows of a long list stand, of which only those in sight are drawn. A row that was drawn
 * has its own height; the others are taken to be as high as usual.
 */
export class Heights {
  private readonly known = new Map<number, number>()
  /** Where each row begins, and the end; made anew when a height changed. */
  private starts: Float64Array | undefined

  constructor(
    private count: number,
    private readonly usual: number,
  ) {}

  /** As many rows as that from now on. What was measured stays. */
  resize(count: number): void {
    this.count = count
    this.starts = undefined
  }

  /** Nothing that was measured holds any more: the width or the size of text changed. */
  clear(): void {
    this.known.clear()
    this.starts = undefined
  }

  /** Notes a height, and says whether it is another one than before. */
  measure(index: number, height: number): boolean {
    if (this.known.get(index) === height) return false
    this.known.set(index, height)
    this.starts = undefined
    return true
  }

  /** Where a row begins, from the top of the list; the end of the list for the row after the last. */
  start(index: number): number {
    return this.all()[Math.min(Math.max(index, 0), this.count)] ?? 0
  }

  /** The row at a distance from the top; the last one for what lies below. */
  at(distance: number): number {
    const starts = this.all()
    let low = 0
    let high = Math.max(this.count - 1, 0)
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= distance) low = middle
      else high = middle - 1
    }
    return low
  }

  private all(): Float64Array {
    if (this.starts) return this.starts
    const starts = new Float64Array(this.count + 1)
    let start = 0
    for (let index = 0; index < this.count; index += 1) {
      starts[index] = start
      start += this.known.get(index) ?? this.usual
    }
    starts[this.count] = start
    this.starts = starts
    return starts
  }
}
