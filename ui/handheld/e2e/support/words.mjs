// The words that the screens should show: the same locale files, read here without the screens.
import { readFileSync } from 'node:fs'

/** A function from key and parameters to text. */
export function wordsOf(language) {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
  const texts = {
    ...read(`../../../shared/src/locales/${language}.json`),
    ...read(`../../src/locales/${language}.json`),
  }
  return (key, params = {}) => {
    const text = texts[key]
    if (text === undefined) throw new Error(`no text ${key}`)
    return text.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? `{${name}}`)
  }
}
