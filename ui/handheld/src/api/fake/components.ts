import type { ComponentState, FacilityRow, GridMap, MapComponent } from '@linli/ui-shared'

/** A component as the register has it. */
export type FakeComponent = FacilityRow & Pick<MapComponent, 'at'>

const DAY = 86_400_000

type Row = [name: string, kind: string, state: ComponentState | null, at: [number, number] | null]

const rows: Row[] = [
  ['忠实里南街 07 号井盖', '01001', 'damaged', [116.43612, 39.89768]],
  ['北门路灯 3', '01021', 'intact', [116.43462, 39.89895]],
  ['花市大街消火栓', '09012', null, [116.43695, 39.89752]],
  ['未定位的井盖', '01001', 'lost', null],
]

/** Public facilities of the invented grid. */
export function inventedComponents(now: number): FakeComponent[] {
  return rows.map(([name, kind, state, at], index) => ({
    id: `m-${index}`,
    name,
    code: `9901010${index + 1}`,
    class: kind,
    state,
    checked_at: state ? now - 40 * DAY : null,
    place: index === 0 ? '便道上，靠近 1 号楼' : null,
    clash_count: 0,
    at,
  }))
}

/** Named places in the form of a list of facilities. */
export function placeRows(places: GridMap['places']): FacilityRow[] {
  return places.map(({ id, name }) => ({
    ...{ id, name, code: null, class: null, state: null },
    ...{ checked_at: null, place: null, clash_count: 0 },
  }))
}
