// The picture that a note is about: when somebody begins to write, the player
// stops and its timecode stands in the form.
const video = document.querySelector('.viewing video');
const note = document.querySelector('[name=note]');
const at = document.querySelector('[name=image]');

if (video && note && at) {
  note.addEventListener('focus', () => {
    video.pause();
    if (video.currentTime > 0) at.value = timecode(video.currentTime, Number(video.dataset.rate) || 25);
  });
}

// timecode counts frames of a rate as the studio does: hours to frames, of two
// digits each.
function timecode(second, rate) {
  const base = Math.round(rate);
  const frame = Math.floor(second * rate + 1e-6);
  const parts = [Math.floor(frame / base / 3600), Math.floor(frame / base / 60) % 60, Math.floor(frame / base) % 60, frame % base];
  return parts.map((n) => String(n).padStart(2, '0')).join(':');
}

// A form that is being made is looked after until it is there.
async function look() {
  const now = document.querySelector('.downloads[data-coming]');
  if (!now) return;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    const next = page.querySelector('.downloads');
    if (next) now.replaceWith(next);
  } catch { /* away for a moment: looked at again */ }
  setTimeout(look, 3000);
}
setTimeout(look, 3000);
