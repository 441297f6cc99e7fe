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

/** Makes an SVG element; its looks come from classes, since the page allows no inline style. */
export function makeSvg(name, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

/** Rows of a description list. */
export const rows = pairs =>
  pairs.map(([term, value]) => make('div', {}, make('dt', { textContent: term }), make('dd', { textContent: value })))

/** Milliseconds for people. */
export const ms = value => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

/** Runs `act` when the form is sent, one run at a time; the button keeps the focus, and says that it is busy. */
export function onSubmit(form, act) {
  const button = form.querySelector('button[type=submit]')
  form.addEventListener('submit', async event => {
    event.preventDefault()
    if (button.getAttribute('aria-disabled') === 'true') return
    button.setAttribute('aria-disabled', 'true')
    try {
      await act()
    } finally {
      button.removeAttribute('aria-disabled')
    }
  })
}

/** Copies, and says so on the button for a moment. */
export function copyButton(button, text) {
  const label = button.textContent
  button.addEventListener('click', async () => {
    const copied = await navigator.clipboard.writeText(text()).then(
      () => true,
      () => false,
    )
    button.textContent = copied ? 'Copied' : 'Not allowed'
    setTimeout(() => {
      button.textContent = label
    }, 1600)
  })
}
