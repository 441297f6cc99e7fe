/** What Firefox has in place of the side panel; its types are not Chrome's. */
declare const browser: {
  action: { onClicked: { addListener(listener: () => void): void } }
  sidebarAction: { toggle(): Promise<void> }
}

/** A click on the action opens and closes the sidebar. */
browser.action.onClicked.addListener(() => void browser.sidebarAction.toggle())
