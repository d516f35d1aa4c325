// First letters of Chinese characters, from the order in which the system sorts them by pinyin.

// The first character of each letter; no syllable begins with I, U or V.
const FIRST = '阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'
const LETTERS = 'ABCDEFGHJKLMNOPQRSTWXYZ'
const order = new Intl.Collator('zh-Hans-CN-u-co-pinyin')

/** The initials of a name; nothing when it has other characters. */
export function initialsOf(name) {
  let initials = ''
  for (const character of name) {
    if (!/\p{Script=Han}/u.test(character)) return ''
    let letter = ''
    for (const [index, first] of [...FIRST].entries()) {
      if (order.compare(character, first) >= 0) letter = LETTERS[index]
    }
    initials += letter
  }
  return initials
}
