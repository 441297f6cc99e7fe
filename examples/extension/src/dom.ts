type Properties = Record<string, unknown>

/** The element with this id. @throws Error where the page has none, which is a mistake in the page. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id)
  if (!element) throw new Error(`no #${id} on the page`)
  return element as Kind
}

/**
 * Makes an element: properties (an attribute where there is no such property), then children. Texts become text nodes:
 * nothing in the extension is ever parsed as HTML.
 */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) Object.assign(element, { [key]: value })
    else element.setAttribute(key, String(value))
  }
  element.append(...children)
  return element
}

/** Makes an SVG element. */
export function makeSvg(tag: string, attributes: Properties = {}, ...children: Node[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.append(...children)
  return element
}

/** Changes a text only where it differs, so that a live region speaks once. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Runs `draw` when the value that it draws has changed, by its JSON. */
export function whenChanged<Value>(draw: (value: Value) => void): (value: Value) => void {
  let drawn: string | undefined
  return value => {
    const now = JSON.stringify(value) ?? ''
    if (now === drawn) return
    drawn = now
    draw(value)
  }
}
