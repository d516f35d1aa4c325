// A page with many pictures, grouped by screen, that loads only those that are looked at.

/** The page for pictures ({ set, screen, name, file, size }) and the problems that were found. */
export function contactSheet(pictures, problems) {
  const groups = groupBy(pictures, ({ screen }) => screen)
  const sections = [...groups].map(
    ([screen, some]) => `<section id="${text(screen)}"><h2>${text(screen)}</h2><div>
${some.map(figure).join('\n')}
</div></section>`,
  )
  const links = [...groups.keys()].map((screen) => `<a href="#${text(screen)}">${text(screen)}</a>`)
  const found = problems.map((problem) => `<li>${text(problem)}</li>`).join('')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8" />
<title>Screens of Linli</title>
<style>
  body { margin: 16px; background: #ccc; font: 14px/1.4 system-ui, sans-serif; }
  nav a { display: inline-block; margin: 0 10px 4px 0; }
  div { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 12px; }
  figure { margin: 0; inline-size: 240px; }
  img { display: block; inline-size: 100%; block-size: auto; background: #fff; }
  figcaption { overflow-wrap: anywhere; font-size: 12px; }
  ol { color: #a00; }
</style>
<h1>${pictures.length} pictures, ${problems.length} problems</h1>
<ol>${found}</ol>
<nav>${links.join('\n')}</nav>
${sections.join('\n')}
</html>
`
}

function figure({ name, file, size }) {
  const [width, height] = size.split('x')
  return `<figure><a href="${text(file)}"><img src="${text(file)}" width="${width}" height="${height}" loading="lazy" alt="" /></a><figcaption>${text(name)}</figcaption></figure>`
}

function groupBy(all, keyOf) {
  const groups = new Map()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function text(raw) {
  return raw.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`)
}
