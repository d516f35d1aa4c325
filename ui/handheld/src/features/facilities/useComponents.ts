import type { CategoryDto, FacilityRow } from '@linli/ui-shared'
import type { Api } from '../../api'

const PAGE = 200
/** A grid is not meant to have more. */
const MOST = 4000
/** Of what has no class. */
export const NO_CLASS = 'none'

/** Every component of the grid. */
export async function allComponents(api: Api): Promise<FacilityRow[]> {
  const rows: FacilityRow[] = []
  for (;;) {
    const answer = await api.listFacilities({
      ...{ kind: 'component', class: null, building: null },
      page: { offset: rows.length, limit: PAGE },
    })
    rows.push(...answer.rows)
    const isWhole = rows.length >= Math.min(MOST, answer.total_count)
    if (isWhole || answer.rows.length === 0) return rows
  }
}

/** Components of one class. */
export interface ComponentClass {
  code: string
  rows: FacilityRow[]
  /** How many of them were found to be other than whole. */
  faultCount: number
}

/** Components by class, in the order of the classes' codes; what has none comes last. */
export function classesOf(rows: readonly FacilityRow[]): ComponentClass[] {
  const classes = new Map<string, FacilityRow[]>()
  for (const row of rows) {
    const code = row.class ?? NO_CLASS
    classes.set(code, [...(classes.get(code) ?? []), row])
  }
  return [...classes]
    .map(([code, of]) => ({ code, rows: of, faultCount: of.filter(isFaulty).length }))
    .sort((a, b) => rank(a.code).localeCompare(rank(b.code)))
}

function isFaulty({ state }: FacilityRow): boolean {
  return state !== null && state !== 'intact'
}

function rank(code: string): string {
  return code === NO_CLASS ? '\uffff' : code
}

/** The category that has a class's code lends it its name. */
export function categoryOf(code: string, categories: readonly CategoryDto[] | undefined) {
  return categories?.find(({ category }) => category.code === code)?.category
}
