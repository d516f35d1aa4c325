/** Initials of invented names, with two readings where the real index has them. */
const letters: Record<string, string> = {
  张: 'z',
  赵: 'z',
  周: 'z',
  王: 'w',
  李: 'l',
  陈: 'c',
  刘: 'l',
  孙: 's',
  单: 'sd',
  仇: 'qc',
  伟: 'w',
  文: 'w',
  婉: 'w',
  芳: 'f',
  强: 'q',
  宁: 'n',
  娜: 'n',
  刚: 'g',
  静: 'j',
  洋: 'y',
}

/** Whether letters are the beginning of a name's initials, in any reading. */
export function fitsInitials(name: string, typed: string): boolean {
  const syllables = [...name].map((one) => letters[one] ?? '')
  return (
    typed.length <= syllables.length &&
    [...typed.toLowerCase()].every((letter, index) => syllables[index]?.includes(letter))
  )
}
