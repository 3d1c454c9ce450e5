// Before the first paint: the theme and the language that were chosen here, so that nothing flashes.
try {
  const kept = JSON.parse(localStorage.getItem('bokgi.preferences') ?? '{}')
  if (kept.theme === 'light' || kept.theme === 'dark') document.documentElement.dataset.theme = kept.theme
  if (kept.language === 'en') document.documentElement.lang = 'en'
} catch {
  // Without storage the page follows the system.
}
