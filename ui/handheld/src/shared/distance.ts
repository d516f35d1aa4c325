import type { PositionDto } from '@linli/ui-shared'

const EARTH_METRES = 6_371_009

/** Metres between two positions on a sphere; for showing how far it still is. */
export function metresBetween(
  a: Pick<PositionDto, 'lon' | 'lat'>,
  b: Pick<PositionDto, 'lon' | 'lat'>,
): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180
  const half = (value: number) => Math.sin(value / 2) ** 2
  const chord =
    half(rad(b.lat - a.lat)) +
    Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * half(rad(b.lon - a.lon))
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(chord)))
}
