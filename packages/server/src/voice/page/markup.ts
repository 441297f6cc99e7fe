/** HTML that is safe to send: text in it has been escaped. */
export interface Markup {
  readonly html: string
}

/** What may stand in a template: text and numbers are escaped, markup is not, lists are joined, `null` is nothing. */
type Part = string | number | Markup | null | readonly Part[]

/** A template of HTML: html`<p>${text}</p>`. Attributes that hold a part must be quoted. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return { html: strings.map((text, i) => text + render(parts[i] ?? null)).join('') }
}

function render(part: Part): string {
  if (part === null) return ''
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(render).join('')
  return String(part).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
