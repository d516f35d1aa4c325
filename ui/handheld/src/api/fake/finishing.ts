import type { Api } from '../api'

/** The saves that a form with a draft ends in. */
const FINISHING = [
  'report',
  'check',
  'verify',
  'noteVisit',
  'addHousehold',
  'editHousehold',
  'addBuilding',
  'addEntrance',
  'addDwelling',
  'moveIn',
  'splitHousehold',
  'correctPhone',
  'editContact',
  'enrolService',
] as const satisfies readonly (keyof Api)[]

type Save = (input: never, draft?: string) => Promise<unknown>

/** Lets those saves remove their draft when they succeed, as the engine does in the same stroke. */
export function finishDrafts(engine: Api, drafts: Map<string, string>): void {
  for (const name of FINISHING) {
    const save = engine[name] as Save
    const finishing: Save = async (input, draft) => {
      const saved = await save(input)
      if (draft !== undefined) drafts.delete(draft)
      return saved
    }
    Object.assign(engine, { [name]: finishing })
  }
}
