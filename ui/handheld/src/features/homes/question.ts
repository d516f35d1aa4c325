/**
 * What was typed as the engine's words: letters and digits that the keypad set side by side are two of
 * them, ZW501 is somebody ZW behind a door 501.
 */
export function questionOf(typed: string): string {
  return typed
    .trim()
    .replace(/([a-z])(?=\d)/gi, '$1 ')
    .replace(/(\d)(?=[a-z])/gi, '$1 ')
}
