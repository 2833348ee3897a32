// Times as the studio writes them: 00:03:42.500; and as people type them.
export function seconds(text) {
  const parts = text.trim().replace(',', '.').split(':').map(Number);
  return parts.length && parts.length <= 3 && text.trim() && parts.every((n) => n >= 0) ? parts.reduce((sum, n) => sum * 60 + n, 0) : NaN;
}

export function clock(at) {
  const ms = Math.round(at * 1000);
  const two = (n) => String(Math.floor(n)).padStart(2, '0');
  return `${two(ms / 3600000)}:${two((ms / 60000) % 60)}:${two((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}
