/** Whether this extension may use the microphone. */
export async function microphonePermission(): Promise<PermissionStatus> {
  return navigator.permissions.query({ name: 'microphone' })
}

/** Opens the tab that asks for the microphone: a side panel cannot ask by itself. */
export function openPermissionTab(): void {
  void chrome.tabs.create({ url: chrome.runtime.getURL('permission.html') })
}
