/** The element with this id. */
export const byId = id => document.getElementById(id)

/** Makes an element: properties (an attribute where there is no such property), then children. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value
    else element.setAttribute(key, value)
  }
  element.append(...children)
  return element
}

/** Makes an SVG element. */
export function makeSvg(name, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

/** Writes text only where it changed, so that a screen reader and a selection are left alone. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** A rule in the style sheet: `--warm` and so on. */
export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** Hears which of some radio buttons is picked, now and later. */
export function onPick(name, hear) {
  const radios = [...document.querySelectorAll(`input[name=${name}]`)]
  for (const radio of radios) radio.addEventListener('change', () => hear(radio.value))
  hear(radios.find(radio => radio.checked).value)
}
