/** The service worker: a click on the action opens the side panel. It keeps nothing and hears nothing. */
chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true }).catch(() => {})
