// Numbers of many.

export function median(numbers) {
  return quantile(numbers, 0.5)
}

/** The least number that is not less than so large a part of them. */
export function quantile(numbers, part) {
  const sorted = [...numbers].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
}
