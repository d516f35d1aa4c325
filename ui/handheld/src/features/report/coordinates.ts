/** A typed coordinate, or null when the text is none. Takes a comma for a point, as some keypads do. */
export function parseDegrees(text: string, limit: 90 | 180): number | null {
  const cleaned = text.trim().replace(',', '.').replace('，', '.')
  if (!/^-?\d{1,3}(\.\d{1,9})?$/.test(cleaned)) return null
  const value = Number(cleaned)
  return Math.abs(value) <= limit ? value : null
}

/** A position in figures, about a metre exact, for places without a name. */
export function formatDegrees(lon: number, lat: number): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`
}
